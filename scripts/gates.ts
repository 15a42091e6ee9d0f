// What must hold of the extension beside its code: `npm run gates`. Says what is wrong, all of it, and fails.
import { findClauses } from './clauses.ts'
import { findClouds } from './clouds.ts'
import { findCoverage } from './coverage.ts'
import { findDiagrams } from './diagrams.ts'
import { findPage } from './extension-page.ts'
import { findL10n } from './l10n.ts'
import { findLaunch } from './launch.ts'
import { findManifest } from './manifest.ts'
import { findSchemas } from './schemas.ts'
import { findSizes } from './sizes.ts'
import { findSkeleton } from './skeleton.ts'
import { findTidy } from './tidy.ts'
import { findTiers } from './tiers.ts'

const wrong = [
  ...findManifest(),
  ...findClouds(),
  ...findClauses(),
  ...findCoverage(),
  ...(await findL10n()),
  ...findSchemas(),
  ...findPage(),
  ...findDiagrams(),
  ...findLaunch(),
  ...findTidy(),
  ...findTiers(),
  ...findSkeleton(),
  ...findSizes(console.log),
]
for (const line of wrong) console.error(`✖ ${line}`)
console.log(wrong.length === 0 ? 'gates: all hold' : `gates: ${wrong.length} do not hold`)
process.exitCode = wrong.length === 0 ? 0 : 1

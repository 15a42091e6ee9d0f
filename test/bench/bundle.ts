import { build, type BuildOptions } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { silentDebug } from '../../scripts/silent-debug.mjs'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const OUT = fileURLToPath(new URL('../../dist/bench/', import.meta.url))

const PROGRAMS = ['hub', 'aedes', 'load', 'seed', 'crowd'] as const

/** A program that the bench runs in a process of its own. */
export type Program = (typeof PROGRAMS)[number]

const options: BuildOptions = {
  outdir: OUT,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: true,
  logLevel: 'warning',
}

const entry = (program: Program): string => join(HERE, 'programs', `${program}.ts`)

/**
 * Compiles the programs: the hub as it is shipped, in one piece with what it depends on; bare aedes and the rest with
 * their packages as npm has them. Run through a loader instead, every closure would be wrapped and the loader would
 * be part of the memory that is measured.
 */
export async function bundlePrograms(): Promise<void> {
  const banner = {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  }
  await Promise.all([
    build({ ...options, entryPoints: [entry('hub')], plugins: [silentDebug], banner }),
    build({
      ...options,
      entryPoints: PROGRAMS.filter((program) => program !== 'hub').map(entry),
      packages: 'external',
    }),
  ])
}

export const pathOf = (program: Program): string => join(OUT, `${program}.js`)

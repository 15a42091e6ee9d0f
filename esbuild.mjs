// Bundles the CLI. Why one file: `npx`, the VSIX and CI then need no node_modules beside it.
import { build } from 'esbuild'

await build({
  entryPoints: { cli: 'src/cli/main.ts' },
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: true,
  legalComments: 'external',
  logLevel: 'warning',
  // CommonJS dependencies inside an ES module still call require() for Node's own modules.
  banner: { js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);" },
})

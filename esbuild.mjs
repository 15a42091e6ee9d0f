// Bundles everything: `node esbuild.mjs [--production] [cli] [extension] [webview] [tests]`; without names all but the tests.
// Why bundles: `npx`, the VSIX and CI then need no node_modules beside them. The sizes of what went in are in dist/meta/*.json.
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'
import { silentDebug } from './scripts/silent-debug.mjs'

const production = process.argv.includes('--production')

const common = { bundle: true, minify: production, legalComments: production ? 'none' : 'external', logLevel: 'warning' }
const node = { ...common, platform: 'node', target: 'node20', sourcemap: !production, plugins: [silentDebug] }
const commonjs = { ...node, format: 'cjs', outExtension: { '.js': '.cjs' }, external: ['vscode', 'mocha'] }

/** The activation bundle asks for the hub with `import('./hub-bundle.ts')`; at run time that is the file beside it. */
const lazyHub = {
  name: 'lazy-hub',
  setup(build) {
    build.onResolve({ filter: /\/hub-bundle\.ts$/ }, ({ kind }) => (kind === 'dynamic-import' ? { path: './hub.cjs', external: true } : undefined))
  },
}

/**
 * Every source asks for VS Code's API, and each time VS Code finds out anew, with the file system's help, for whom: so
 * the bundle asks once for all.
 */
const oneApi = "{const load=require,vscode=load('vscode');require=(name)=>name==='vscode'?vscode:load(name)}"

/** `import text from '…?worker'`: the text of a worker's own bundle, to be started from a Blob, as a webview's CSP wants it. */
const workerText = {
  name: 'worker-text',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /\?worker$/ }, async ({ path, importer, resolveDir, kind }) => {
      const found = await resolve(path.replace('?worker', ''), { importer, resolveDir, kind })
      return { ...found, namespace: 'worker-text' }
    })
    onLoad({ filter: /./, namespace: 'worker-text' }, async ({ path }) => {
      const { outputFiles } = await build({ ...common, minify: true, legalComments: 'none', entryPoints: [path], format: 'iife', write: false })
      return { contents: outputFiles[0].text, loader: 'text' }
    })
  },
}

/** Monaco without a command palette of its own, which takes F1 and a place in the context menu: VS Code's is meant. */
const noPalette = {
  name: 'no-palette',
  setup(build) {
    build.onLoad({ filter: /\/standaloneCommandsQuickAccess\.js$/ }, () => ({ contents: '' }))
  },
}

const panels = () => readdirSync('webview').filter((name) => existsSync(`webview/${name}/index.ts`))
const suites = () => readdirSync('test/vscode/suite', { recursive: true }).filter((name) => name.endsWith('.test.ts'))

/** Bundles by target and name. */
const targets = {
  cli: () => ({
    cli: {
      ...node,
      entryPoints: { cli: 'src/cli/main.ts' },
      outdir: 'dist',
      format: 'esm',
      // CommonJS dependencies inside an ES module still call require() for Node's own modules.
      banner: { js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);" },
    },
  }),
  // CommonJS cannot be split by esbuild, so what activation must not pay for is a bundle of its own.
  extension: () => ({
    // The CommonJS form of jsonc-parser is UMD, whose own requires no bundler can follow: hence its module form.
    extension: {
      ...commonjs,
      entryPoints: { extension: 'src/vscode/extension.ts' },
      outdir: 'dist',
      mainFields: ['module', 'main'],
      supported: { 'dynamic-import': false },
      plugins: [lazyHub],
      banner: { js: oneApi },
    },
    hub: { ...commonjs, entryPoints: { hub: 'src/vscode/hub-bundle.ts' }, outdir: 'dist' },
  }),
  webview: () =>
    Object.fromEntries(
      panels().map((name) => [
        name,
        {
          ...common,
          entryPoints: { [name]: `webview/${name}/index.ts` },
          outdir: 'dist/webview',
          format: 'iife',
          target: 'chrome132',
          loader: { '.ttf': 'dataurl' },
          plugins: [workerText, noPalette],
        },
      ]),
    ),
  tests: () => ({
    suite: {
      ...commonjs,
      minify: false,
      entryPoints: ['index.ts', ...suites()].map((name) => `test/vscode/suite/${name}`),
      outbase: 'test/vscode/suite',
      outdir: 'dist/test/suite',
    },
  }),
}

const named = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const chosen = named.length > 0 ? named : ['cli', 'extension', 'webview']
for (const name of chosen) if (!Object.hasOwn(targets, name)) throw new Error(`no target ${name}; there are ${Object.keys(targets).join(', ')}`)

mkdirSync('dist/meta', { recursive: true })
if (chosen.includes('webview')) {
  mkdirSync('dist/webview', { recursive: true })
  for (const file of ['codicon.css', 'codicon.ttf']) copyFileSync(`node_modules/@vscode/codicons/dist/${file}`, `dist/webview/${file}`)
}
await Promise.all(
  chosen
    .flatMap((target) => Object.entries(targets[target]()))
    .map(async ([name, options]) => {
      const { metafile } = await build({ ...options, metafile: true })
      writeFileSync(`dist/meta/${name}.json`, JSON.stringify(metafile))
    }),
)

// What is bundled, and how: `esbuild.mjs` makes it, `launch.ts` holds the editor's configuration to it.
import { existsSync, readdirSync } from 'node:fs'
import { build } from 'esbuild'
import { silentDebug } from './silent-debug.mjs'

const production = process.argv.includes('--production')

const common = {
  bundle: true,
  minify: production,
  legalComments: production ? 'none' : 'external',
  logLevel: 'warning',
}
const node = { ...common, platform: 'node', target: 'node20', sourcemap: !production, plugins: [silentDebug] }
const commonjs = { ...node, format: 'cjs', outExtension: { '.js': '.cjs' }, external: ['vscode', 'mocha'] }

/** The activation bundle asks for the hub with `import('./hub-bundle.ts')`; at run time that is the file beside it. */
const lazyHub = {
  name: 'lazy-hub',
  setup(build) {
    build.onResolve({ filter: /\/hub-bundle\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './hub.cjs', external: true } : undefined,
    )
  },
}

/**
 * Every source asks for VS Code's API, and each time VS Code finds out anew, with the file system's help, for whom: so
 * the bundle asks once for all.
 */
const oneApi = "{const load=require,vscode=load('vscode');require=(name)=>name==='vscode'?vscode:load(name)}"

/**
 * `import text from '…?worker'`: the text of a worker's own bundle, to be started from a Blob, as a webview's CSP wants
 * it.
 */
const workerText = {
  name: 'worker-text',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /\?worker$/ }, async ({ path, importer, resolveDir, kind }) => {
      const found = await resolve(path.replace('?worker', ''), { importer, resolveDir, kind })
      return { ...found, namespace: 'worker-text' }
    })
    onLoad({ filter: /./, namespace: 'worker-text' }, async ({ path }) => {
      const worker = { ...common, minify: true, legalComments: 'none', entryPoints: [path], format: 'iife' }
      const { outputFiles } = await build({ ...worker, write: false })
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

const requireOfModule =
  "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);"

/** Bundles by target and name: the options that esbuild makes each with. */
export const targets = {
  cli: () => ({
    cli: {
      ...node,
      entryPoints: { cli: 'src/cli/main.ts' },
      outdir: 'dist',
      format: 'esm',
      // CommonJS dependencies inside an ES module still call require() for Node's own modules.
      banner: { js: `#!/usr/bin/env node\n${requireOfModule}` },
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

/** The programs that a bundle consists of, by their paths from the root. */
export const outputsOf = ({ entryPoints, outdir, outbase, outExtension }) => {
  const extension = outExtension?.['.js'] ?? '.js'
  return Array.isArray(entryPoints)
    ? entryPoints.map((path) => `${outdir}/${path.slice(outbase.length + 1).replace(/\.ts$/, extension)}`)
    : Object.keys(entryPoints).map((name) => `${outdir}/${name}${extension}`)
}

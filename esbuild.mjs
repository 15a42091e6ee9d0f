// Bundles everything: `node esbuild.mjs [--production | --watch] [cli] [extension] [webview] [tests]`; without names
// all but the tests. Why bundles: `npx`, the VSIX and CI then need no node_modules beside them. The sizes of what went
// in are in dist/meta/*.json.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { build, context } from 'esbuild'
import { targets } from './scripts/bundles.mjs'
import { watching } from './scripts/watching.mjs'

const named = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const chosen = named.length > 0 ? named : ['cli', 'extension', 'webview']
for (const name of chosen) {
  if (!Object.hasOwn(targets, name)) throw new Error(`no target ${name}; there are ${Object.keys(targets).join(', ')}`)
}

mkdirSync('dist/meta', { recursive: true })
if (chosen.includes('webview')) {
  mkdirSync('dist/webview', { recursive: true })
  for (const file of ['codicon.css', 'codicon.ttf']) {
    copyFileSync(`node_modules/@vscode/codicons/dist/${file}`, `dist/webview/${file}`)
  }
}
const bundles = chosen.flatMap((target) => Object.entries(targets[target]()))
if (process.argv.includes('--watch')) {
  const plugin = watching(bundles.length)
  for (const [, options] of bundles) {
    const watched = { ...options, logLevel: 'silent', plugins: [...options.plugins, plugin] }
    await (await context(watched)).watch()
  }
} else {
  await Promise.all(
    bundles.map(async ([name, options]) => {
      const { metafile } = await build({ ...options, metafile: true })
      writeFileSync(`dist/meta/${name}.json`, JSON.stringify(metafile))
    }),
  )
}

// The extension in a real VS Code: `node --import tsx test/vscode/run.ts [webview] [suite] [e2e]`, all without a name;
// `--grep WORDS` chooses tests, `--editor latest` the newest VS Code instead of the oldest that the extension supports.
import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { finished } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { parseArgs } from 'node:util'
import { chooseEdition, chosenEdition } from './rig/editions.ts'
import { runInExtensionHost } from './rig/extension-host.ts'
import { root, suite, vsix } from './rig/folders.ts'
import { installCodeServer } from './rig/install.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { grep: { type: 'string' }, editor: { type: 'string' } },
})
if (values.editor !== undefined) chooseEdition(values.editor)
const wanted = (name: string) => positionals.length === 0 || positionals.includes(name)
const seconds = (from: number) => `${((performance.now() - from) / 1000).toFixed(1)} s`

for (const file of [vsix, suite])
  if (!existsSync(file)) throw new Error(`${file} is missing: npm run test:vscode builds it`)

/** What has failed, told once more at the very end: what stands before is long. */
const failures: string[] = []
const failed = (test: string): void => void failures.push(test)

if (wanted('webview')) {
  console.log('\nThe panels’ pages on their own')
  await runFiles('webview')
}

const installing = performance.now()
const program = await installCodeServer(console.log)
console.log(`code-server ${chosenEdition().version} is ready, ${seconds(installing)}`)

if (wanted('suite')) {
  console.log('\nIn the extension host')
  const from = performance.now()
  const result = await runInExtensionHost(program, values.grep ?? '', failed).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  })
  if (result)
    console.log(`${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped, ${seconds(from)}`)
}

if (wanted('e2e')) {
  console.log('\nThrough the window')
  await runFiles('e2e')
}

for (const failure of failures) console.error(`\n✖ ${failure}`)

/** Runs the test files of a folder, one after the other. */
async function runFiles(folder: string): Promise<void> {
  const path = join(root, 'test', folder)
  const files = readdirSync(path)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(path, name))
  const stream = run({ files, concurrency: 1, ...(values.grep !== undefined && { testNamePatterns: values.grep }) })
  stream.on('test:fail', ({ file = '', name, details }) => {
    process.exitCode = 1
    failed(`${relative(root, file)} ${name}\n${String(details.error.cause ?? details.error)}`)
  })
  await finished(stream.pipe(new spec()).on('data', (text) => process.stdout.write(text)))
}

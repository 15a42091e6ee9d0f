// Runs the test files below the named folders of test/ with Node's own runner: `node --import tsx test/run.mjs unit
// golden`.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

const here = import.meta.dirname
const files = process.argv.slice(2).flatMap((folder) =>
  readdirSync(join(here, folder), { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(here, folder, name)),
)
if (files.length === 0) throw new Error(`no tests below ${process.argv.slice(2).join(', ')}`)
run({ files, concurrency: 2, timeout: 120_000 })
  .on('test:fail', () => (process.exitCode = 1))
  .compose(spec)
  .pipe(process.stdout)

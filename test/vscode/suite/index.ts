import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import Mocha from 'mocha'
import { reportTo } from './reporter.ts'

/** Called by VS Code inside its extension host, whoever launched it: `rig/` in Chromium, `electron.ts` on a desktop. */
export async function run(): Promise<void> {
  const report = process.env['IOT_HUB_TEST_REPORT']
  const grep = process.env['IOT_HUB_TEST_GREP']
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 30_000,
    reporter: report ? reportTo(report) : 'spec',
    ...(grep && { grep }),
  })
  for (const name of readdirSync(__dirname, { recursive: true, encoding: 'utf8' }).sort())
    if (name.endsWith('.test.cjs')) mocha.addFile(join(__dirname, name))
  const failures = await new Promise<number>((resolve) => mocha.run(resolve))
  if (failures > 0) throw new Error(`${failures} tests failed`)
}

import { appendFileSync } from 'node:fs'
import { inspect } from 'node:util'
import Mocha from 'mocha'
import type { ReportLine } from '../rig/report.ts'

const { EVENT_RUN_BEGIN, EVENT_RUN_END, EVENT_SUITE_BEGIN, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } =
  Mocha.Runner.constants

/**
 * Tells the rig that waits outside. The extension host’s own console is not ours to replace, and is not heard there.
 */
export function say(text: string): void {
  const file = process.env['IOT_HUB_TEST_REPORT']
  if (file) appendFileSync(file, `${JSON.stringify({ type: 'console', text } satisfies ReportLine)}\n`)
  else console.log(text)
}

/** A mocha reporter that writes into a file, for the rig that waits outside. */
export function reportTo(file: string) {
  const write = (line: ReportLine) => appendFileSync(file, `${JSON.stringify(line)}\n`)
  return class FileReporter extends Mocha.reporters.Base {
    constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
      super(runner, options)
      const counts = { passed: 0, failed: 0, skipped: 0 }
      runner.on(EVENT_RUN_BEGIN, () => write({ type: 'start', total: runner.total }))
      runner.on(
        EVENT_SUITE_BEGIN,
        (suite) => void (suite.root || write({ type: 'suite', title: suite.title, depth: depthOf(suite) - 1 })),
      )
      runner.on(EVENT_TEST_PASS, (test) => {
        counts.passed += 1
        write({ type: 'pass', title: test.title, depth: depthOf(test) - 1, milliseconds: test.duration ?? 0 })
      })
      runner.on(EVENT_TEST_FAIL, (test, error: unknown) => {
        counts.failed += 1
        write({
          type: 'fail',
          title: test.title,
          depth: depthOf(test) - 1,
          message: error instanceof Error ? (error.stack ?? error.message) : inspect(error),
        })
      })
      runner.on(EVENT_TEST_PENDING, (test) => {
        counts.skipped += 1
        write({ type: 'skip', title: test.title, depth: depthOf(test) - 1 })
      })
      runner.on(EVENT_RUN_END, () => write({ type: 'end', ...counts }))
    }
  }
}

const depthOf = (node: Mocha.Suite | Mocha.Runnable) => node.titlePath().length

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Server } from './code-server.ts'
import { outputFolder, suite } from './folders.ts'
import type { Program } from './install.ts'
import { temporaryFolder } from './leavings.ts'
import { follow, show, type ReportLine } from './report.ts'
import { EditorWindow } from './window.ts'
import { withEditor } from './with-editor.ts'

type Result = Extract<ReportLine, { type: 'end' }>

/** How long the suite may take as a whole, and how long it may say nothing, in milliseconds. */
const limits = { whole: 600_000, silence: 120_000 }

/**
 * Runs the mocha suite inside the extension host of a real editor; `grep` chooses tests, `onFailure` hears of every one
 * that fails.
 */
export async function runInExtensionHost(
  program: Program,
  grep: string,
  onFailure: (test: string) => void,
): Promise<Result> {
  const temporary = temporaryFolder('iot-hub-suite-')
  const report = join(temporary.path, 'report.jsonl')
  try {
    return await withEditor(
      { program, env: { IOT_HUB_TEST_REPORT: report, IOT_HUB_TEST_GREP: grep } },
      async (browser, server) => {
        const remote = (path: string) => `vscode-remote://${server.authority}${path}`
        const tests = { extension: remote(server.extension), suite: remote(suite) }
        const window = await EditorWindow.open(browser, server, { tests })
        try {
          const result = await untilEnd(report, onFailure)
          if (result.failed > 0)
            throw new Error(`${result.failed} of ${result.failed + result.passed} tests failed in the extension host`)
          return result
        } catch (error) {
          await keepEvidence(window, server)
          throw error
        }
      },
    )
  } finally {
    temporary.remove()
  }
}

async function keepEvidence(window: EditorWindow, server: Server): Promise<void> {
  const folder = join(outputFolder(), 'extension-host')
  mkdirSync(folder, { recursive: true })
  await window.screenshot('extension-host-failed').catch(() => undefined)
  server.saveLogs(folder)
  console.log(`${server.hostLog().split('\n').slice(-30).join('\n')}\nall logs are in ${folder}`)
}

async function untilEnd(report: string, onFailure: (test: string) => void): Promise<Result> {
  const news = follow(report)
  const started = Date.now()
  for (let heard = started; ; await pause(100)) {
    for (const line of news()) {
      heard = Date.now()
      const text = show(line)
      if (text !== undefined) console.log(text)
      if (line.type === 'fail') onFailure(`${line.title}\n${line.message}`)
      if (line.type === 'end') return line
    }
    if (Date.now() - heard > limits.silence)
      throw new Error(`the extension host has said nothing for ${limits.silence / 1000} s`)
    if (Date.now() - started > limits.whole) throw new Error(`the suite took longer than ${limits.whole / 1000} s`)
  }
}

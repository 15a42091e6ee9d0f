import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Server, ServerOptions } from './code-server.ts'
import { outputFolder } from './folders.ts'
import { installCodeServer } from './install.ts'
import { EditorWindow } from './window.ts'
import { withEditor } from './with-editor.ts'

/** What a story plays with. */
export interface StoryEditor {
  window: EditorWindow
  server: Server
  /** Opens another window, on the same folder unless told otherwise. */
  openWindow(folder?: string): Promise<EditorWindow>
}

export interface StoryOptions extends Omit<ServerOptions, 'program'> {
  /** Settings of the workspace that the first window opens. */
  workspaceSettings?: Record<string, unknown>
  /** Milliseconds for the whole story, default three minutes. */
  timeout?: number
}

/**
 * A story that a user could tell, played in a real editor with the extension installed from the VSIX. It fails if a
 * webview violates its content policy, throws or logs an error. What failed leaves pictures, problems and logs in the
 * output folder.
 */
export function story(
  name: string,
  play: (fixture: StoryEditor) => Promise<void>,
  { timeout = 180_000, workspaceSettings = {}, ...options }: StoryOptions = {},
): void {
  void test(name, { timeout }, async () => {
    const program = await installCodeServer(console.log)
    await withEditor({ program, ...options }, async (browser, server) => {
      server.changeSettings(workspaceSettings)
      const windows: EditorWindow[] = []
      const openWindow = async (folder?: string) => {
        const window = await EditorWindow.open(browser, server, folder === undefined ? {} : { folder })
        windows.push(window)
        return window
      }
      try {
        await within(
          timeout - 20_000,
          name,
          openWindow().then((window) => play({ window, server, openWindow })),
        )
        assert.deepEqual(
          windows.flatMap((window) => window.takeProblems()),
          [],
          'webviews did what they must not do',
        )
      } catch (error) {
        await keepEvidence(name, server, windows)
        throw error
      }
    })
  })
}

/** Ends in time to save the evidence before the test runner gives up. */
async function within(milliseconds: number, name: string, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`“${name}” took longer than ${milliseconds / 1000} s`)), milliseconds)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}

async function keepEvidence(name: string, server: Server, windows: EditorWindow[]): Promise<void> {
  const label = name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 60)
  const folder = join(outputFolder(), label)
  mkdirSync(folder, { recursive: true })
  server.saveLogs(folder)
  writeFileSync(
    join(folder, 'problems.json'),
    JSON.stringify(
      windows.map((window) => window.takeProblems()),
      null,
      2,
    ),
  )
  for (const [number, window] of windows.entries())
    await window.screenshot(`${label}-failed-${number + 1}`).catch(() => undefined)
  console.log(`logs are in ${folder}, pictures beside it in screenshots`)
}

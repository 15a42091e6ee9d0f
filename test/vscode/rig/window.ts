import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Frame, Locator, Page } from 'playwright-core'
import type { Server } from './code-server.ts'
import { outputFolder } from './folders.ts'
import { developWith, type Tests } from './development.ts'
import { recordProblems, type EditorProblem } from './problems.ts'
import { soon } from './soon.ts'

/** Milliseconds that a user would wait for anything to appear. */
const patience = 20_000

/** How long something is tried that can be tried again. */
const brief = { timeout: 2_000 }

const inTime = (deed: Promise<void>): Promise<boolean> =>
  deed.then(
    () => true,
    () => false,
  )

export interface WindowOptions {
  folder?: string
  tests?: Tests
}

/** One window of the editor, and what a user does with it. */
export class EditorWindow {
  private constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
    private readonly problems: EditorProblem[],
  ) {}

  /**
   * Opens a window on a folder (default: the server's workspace), which runs tests in its extension host, if there are
   * any.
   */
  static async open(browser: Browser, server: Server, options: WindowOptions = {}): Promise<EditorWindow> {
    const { folder = server.workspace, tests } = options
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    context.setDefaultTimeout(patience)
    const problems = await recordProblems(context)
    const page = await context.newPage()
    const url = new URL(`http://${server.authority}/`)
    url.searchParams.set('folder', folder)
    if (tests !== undefined) await developWith(page, tests)
    await page.goto(url.href, { timeout: 60_000 })
    const window = new EditorWindow(page, context, problems)
    await window.ready()
    return window
  }

  /** Runs a command by its title in the palette, with its category: `IoT Hub: Start Hub`. */
  async runCommand(title: string): Promise<void> {
    const row = this.choice(title)
    const input = this.page.locator('.quick-input-widget:visible input.input')
    for (const deadline = Date.now() + patience; Date.now() < deadline;) {
      await this.page.keyboard.press('F1')
      // A page that is just being restored has the focus before it passes keys on, and takes it away again from an open
      // palette: press again. Nor does the palette learn of extensions that come while it is open.
      if ((await inTime(input.fill(`>${title}`, brief))) && (await inTime(row.click(brief)))) return
      await this.page.keyboard.press('Escape')
    }
    throw new Error(`the palette has no command “${title}”, or does not open`)
  }

  /** A row of the open quick pick or palette. */
  choice(label: string | RegExp): Locator {
    return this.page
      .locator('.quick-input-widget:visible .monaco-list-row')
      .filter({ has: this.page.locator('.label-name', { hasText: label }) })
      .first()
  }

  /** Types into the open quick pick or input box. */
  async type(text: string): Promise<void> {
    await this.page.locator('.quick-input-widget:visible input.input').fill(text)
  }

  /** Answers the open input box. */
  async answer(text: string): Promise<void> {
    await this.type(text)
    await this.page.keyboard.press('Enter')
  }

  /** Names a file or folder in the simple dialog of this title. */
  async nameFile(title: string | RegExp, path: string): Promise<void> {
    const dialog = this.page
      .locator('.quick-input-widget:visible')
      .filter({ has: this.page.locator('.quick-input-title', { hasText: title }) })
    const input = dialog.locator('input.input')
    const listing = () => dialog.locator('.monaco-list-row').allInnerTexts().then(String)
    // The dialog writes a proposal of its own once it has read the folder, and mistakes an Enter that comes while it
    // reads another.
    await soon(
      'the dialog has made its proposal',
      async () => (await input.inputValue()).startsWith('/') && (await listing()) !== '',
    )
    let before = ''
    await input.fill(path)
    await soon('the dialog has read the folder', async () => {
      const [busy, now] = [await dialog.locator('.monaco-progress-container.active').count(), await listing()]
      const settled = busy === 0 && now === before && (await input.inputValue()) === path
      before = now
      return settled
    })
    await input.press('Enter')
    await dialog.waitFor({ state: 'hidden' })
  }

  /** A row of any tree, by (part of) what a screen reader says. */
  treeItem(name: string | RegExp): Locator {
    return this.page.getByRole('treeitem', { name })
  }

  /** An icon of the activity bar or a tab of a panel. */
  tab(name: string | RegExp): Locator {
    return this.page.getByRole('tab', { name })
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text })
  }

  statusItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item').filter({ hasText: text })
  }

  /** The document of the webview in which the selector matches something; it lies two frames below the page. */
  webview(selector: string): Promise<Frame> {
    return soon(`a webview that shows ${selector}`, async () => {
      for (const frame of this.page.frames()) {
        if (!frame.url().includes('/fake.html')) continue
        // A frame that is just being replaced has nothing to say.
        if (
          (await frame
            .locator(selector)
            .count()
            .catch(() => 0)) > 0
        )
          return frame
      }
      return undefined
    })
  }

  /** What webviews did that they must not do since the last call. */
  takeProblems(): EditorProblem[] {
    return this.problems.splice(0)
  }

  /** Saves a picture of the window as `screenshots/NAME.png` in the output folder. Returns its path. */
  async screenshot(name: string): Promise<string> {
    const path = join(outputFolder(), 'screenshots', `${name}.png`)
    mkdirSync(join(outputFolder(), 'screenshots'), { recursive: true })
    await this.page.screenshot({ path })
    return path
  }

  /**
   * Reloads the window: its extension host ends and a new one starts. The browser’s own reload would not wait for what
   * has to be saved.
   */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load', { timeout: 60_000 })
    await this.runCommand('Developer: Reload Window')
    await loaded
    await this.ready()
  }

  close(): Promise<void> {
    return this.context.close()
  }

  private async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 })
  }
}

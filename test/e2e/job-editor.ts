import type { Frame, Locator } from 'playwright-core'
import { soon } from '../vscode/rig/soon.ts'
import type { EditorWindow } from '../vscode/rig/window.ts'

/** The page of the job editor, by what people see. */
export class JobEditor {
  readonly name: Locator
  readonly create: Locator
  /** Everything that is wrong with the document, as Monaco underlines it. */
  readonly squiggles: Locator
  readonly matches: Locator

  private constructor(
    readonly frame: Frame,
    private readonly window: EditorWindow,
  ) {
    this.name = frame.getByRole('textbox', { name: 'Job name' })
    this.create = frame.getByRole('button', { name: 'Create Job' })
    this.squiggles = frame.locator('.squiggly-error, .squiggly-warning')
    this.matches = frame.getByRole('status').filter({ hasText: /device/i })
  }

  /** The editor that is open in this window. */
  static async in(window: EditorWindow): Promise<JobEditor> {
    const frame = await window.webview('.monaco-editor')
    return new JobEditor(frame, window)
  }

  async chooseDevice(name: string): Promise<void> {
    const box = this.frame.getByRole('combobox', { name: 'Devices' })
    await box.fill(name)
    await this.frame.getByRole('option', { name }).click()
    await this.frame.getByRole('heading', { name: 'Targets' }).click()
    await this.frame.getByRole('list', { name: 'Chosen devices' }).getByText(name).waitFor()
  }

  async useTemplate(title: string): Promise<void> {
    await this.frame.getByRole('combobox', { name: 'Template' }).click()
    await this.frame.getByRole('option', { name: title }).click()
    await this.frame.getByRole('button', { name: 'Use Template' }).click()
    const replace = this.frame.getByRole('button', { name: 'Replace' })
    if (await replace.isVisible()) await replace.click()
  }

  /** Writes the document as one would by hand, in place of what is there. */
  async writeDocument(text: string): Promise<void> {
    await this.frame.locator('.monaco-editor .view-lines').first().click()
    await this.window.page.keyboard.press('ControlOrMeta+A')
    // What is typed over a selection may be put around it.
    await this.window.page.keyboard.press('Delete')
    await this.window.page.keyboard.insertText(text)
    // What the editor has closed by itself.
    await this.window.page.keyboard.press('ControlOrMeta+Shift+End')
    await this.window.page.keyboard.press('Delete')
  }

  /** The document as Monaco shows it; a no-break space is a space. */
  async document(): Promise<string> {
    const lines = await this.frame.locator('.monaco-editor .view-line').allInnerTexts()
    return lines.join('\n').replaceAll('\u00a0', ' ')
  }

  /** What the footer says of problems or of being ready. */
  footer(): Promise<string> {
    return this.frame.locator('footer').innerText()
  }

  async ready(): Promise<void> {
    await soon(
      'the job can be created',
      async () => (await this.frame.locator('footer .ready').isVisible()) && (await this.create.isEnabled()),
    )
  }
}

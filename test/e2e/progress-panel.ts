import type { Frame, Locator } from 'playwright-core'
import { soon } from '../vscode/rig/soon.ts'
import type { EditorWindow } from '../vscode/rig/window.ts'

/** The page that shows a job at work, by what people see. */
export class ProgressPanel {
  readonly bar: Locator
  readonly grid: Locator
  readonly details: Locator

  private constructor(readonly frame: Frame) {
    this.bar = frame.getByRole('progressbar', { name: 'Progress' })
    this.grid = frame.getByRole('grid', { name: 'Devices' })
    this.details = frame.getByRole('complementary')
  }

  /** The panel that is open in this window. */
  static async in(window: EditorWindow): Promise<ProgressPanel> {
    return new ProgressPanel(await window.webview('main .shares .bar'))
  }

  /** Waits for so many per cent of the devices to have ended. */
  async reaches(percent: number, patience?: number): Promise<void> {
    await soon(`${percent} %`, async () => Number(await this.bar.getAttribute('aria-valuenow')) >= percent, patience)
  }

  row(device: string): Locator {
    return this.grid.getByRole('row').filter({ hasText: device })
  }

  /** The title of a column by which the devices can be sorted. */
  title(name: string): Locator {
    return this.grid.getByRole('columnheader', { name, exact: true }).getByRole('button')
  }

  /** How many devices are in a state, by the word of the legend. */
  async count(word: string): Promise<number> {
    const text = await this.chip(word).innerText()
    return Number(/([\d,]+)\s*$/.exec(text)?.[1]?.replaceAll(',', ''))
  }

  /** The legend’s button that shows only devices in this state. */
  chip(word: string): Locator {
    return this.frame
      .getByRole('toolbar', { name: 'Show only devices in one state' })
      .getByRole('button', { name: word })
  }

  button(name: string): Locator {
    return this.frame.getByRole('button', { name, exact: true })
  }
}

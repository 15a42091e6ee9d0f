import * as l10n from '@vscode/l10n'
import type { ExecutionView } from '../../src/shared/api.ts'
import { nameOf } from '../../src/shared/keys.ts'
import { executionLook } from '../../src/shared/states.ts'
import { h, newId, setText, setAttribute } from '../ui/dom.ts'
import type { Format } from './format.ts'
import { colorOf, StateLabel } from './look.ts'
import { detailsLine } from './payload.ts'

/** One row on the page, used for one device after the other as the list is scrolled. */
export class GridRow {
  readonly element = h('div', { class: 'row', role: 'row', id: newId() })
  readonly #name = cell('name')
  readonly #state = new StateLabel()
  readonly #bar = h('div', { class: 'done' })
  readonly #track = h('div', { class: 'track', 'aria-hidden': 'true' }, this.#bar)
  readonly #percent = h('span', { class: 'percent' })
  readonly #attempt = cell('attempt')
  readonly #updated = cell('updated')
  readonly #details = cell('reported')
  #index = -1
  #shown: ExecutionView | undefined
  #now = 0

  constructor(private readonly format: Format) {
    const state = cell('status')
    state.append(this.#state.element)
    const progress = cell('progress')
    progress.append(this.#track, this.#percent)
    this.element.append(this.#name, state, progress, this.#attempt, this.#updated, this.#details)
  }

  /** The device that is shown, if it has been loaded. */
  get device(): string | undefined {
    return this.#shown?.device
  }

  place(index: number, top: number): void {
    if (this.#index !== index) {
      this.#index = index
      setAttribute(this.element, 'aria-rowindex', index + 2)
    }
    this.element.style.transform = `translateY(${top}px)`
  }

  /** `undefined`: not loaded yet. */
  show(view: ExecutionView | undefined, now: number): void {
    // What was shown an hour ago as a time of day may now be yesterday's.
    if (view === this.#shown && Math.abs(now - this.#now) < 3_600_000) return
    this.#shown = view
    this.#now = now
    this.element.classList.toggle('loading', view === undefined)
    setAttribute(this.element, 'aria-busy', view === undefined ? 'true' : undefined)
    if (view === undefined) return setText(this.#name, l10n.t('Loading…'))
    setAttribute(this.element, 'data-vscode-context', menuOf(view.device))
    const look = executionLook(view.status)
    setText(this.#name, nameOf(view.device))
    this.#name.title = nameOf(view.device)
    this.#state.show(look)
    this.#showProgress(view, colorOf(look))
    setText(this.#attempt, this.format.number(view.number))
    this.#attempt.classList.toggle('first', view.number === 1)
    setText(this.#updated, this.format.time(view.updatedAt, now))
    this.#updated.title = this.format.moment(view.updatedAt)
    const line = detailsLine(view.details)
    setText(this.#details, line)
    this.#details.title = line
  }

  mark(active: boolean, selected: boolean): void {
    this.element.classList.toggle('active', active)
    setAttribute(this.element, 'aria-selected', String(selected))
  }

  /** Devices that report no numbers have a bar only once they have succeeded. */
  #showProgress({ status, progress }: ExecutionView, color: string): void {
    const share = status === 'SUCCEEDED' ? 100 : progress
    this.#track.hidden = share === undefined
    setText(this.#percent, share === undefined ? '' : this.format.percent(share / 100))
    if (share === undefined) return
    this.#bar.style.width = `${share}%`
    if (this.#bar.dataset['color'] === color) return
    this.#bar.dataset['color'] = color
    this.#bar.style.backgroundColor = color
  }
}

/** What VS Code's menu of a row is about; package.json names its commands. */
export const menuOf = (device: string): string =>
  JSON.stringify({ webviewSection: 'device', device, preventDefaultContextMenuItems: true })

const cell = (name: string) => h('div', { class: `cell ${name}`, role: 'gridcell' })

import * as l10n from '@vscode/l10n'
import type { JobView } from '../../src/shared/api.ts'
import { countOf, executionLook, inOrder, isBad, isWaiting } from '../../src/shared/states.ts'
import { h, setText, setAttribute } from '../ui/dom.ts'
import { rove } from '../ui/roving.ts'
import { shareOf } from './estimate.ts'
import type { Format } from './format.ts'
import { colorOf, stateIcon, wordOf } from './look.ts'
import { SpokenTable } from './spoken-table.ts'

/** Shown even where there is none, so that the row stands still. */
const always = ['QUEUED', 'IN_PROGRESS', 'SUCCEEDED', 'FAILED']

/** What has ended comes first, from the left. */
const rank = (state: string): number =>
  ['SUCCEEDED', 'FAILED', 'REJECTED', 'TIMED_OUT', 'CANCELED', 'REMOVED', 'IN_PROGRESS', 'SENT', 'QUEUED'].indexOf(
    state,
  )

interface Chip {
  button: HTMLButtonElement
  count: HTMLElement
}

/** How many devices are in which state: a bar, and a legend that picks whom the table shows. */
export class Shares {
  readonly element = h('section', { class: 'shares', 'aria-label': l10n.t('Devices per state') })
  readonly #bar = h('div', {
    class: 'bar',
    role: 'progressbar',
    'aria-valuemin': 0,
    'aria-valuemax': 100,
    'aria-label': l10n.t('Progress'),
  })
  readonly #percent = h('span', { class: 'percent', 'aria-hidden': 'true' })
  readonly #legend = h('div', {
    class: 'legend',
    role: 'toolbar',
    'aria-label': l10n.t('Show only devices in one state'),
  })
  readonly #table = new SpokenTable(l10n.t('Devices per state'))
  readonly #parts = new Map<string, HTMLElement>()
  readonly #chips = new Map<string, Chip>()
  readonly #settle = rove(this.#legend, () => [...this.#legend.querySelectorAll('button')])
  #picked: string | undefined

  constructor(
    private readonly format: Format,
    private readonly pick: (status: string | undefined) => void,
  ) {
    this.element.append(h('div', { class: 'line' }, this.#bar, this.#percent), this.#legend, this.#table.element)
  }

  show(job: JobView, picked: string | undefined): void {
    const { ended, all } = shareOf(job)
    const share = all === 0 ? 0 : ended / all
    this.#picked = picked
    const states = inOrder([...always, ...Object.keys(job.counts), ...(picked === undefined ? [] : [picked])])
    this.#showBar(job, states, all)
    setText(this.#percent, this.format.percent(share))
    setAttribute(this.#bar, 'aria-valuenow', Math.floor(share * 100))
    const failed = countOf(job.counts, isBad)
    setAttribute(
      this.#bar,
      'aria-valuetext',
      l10n.t('{0} of {1} succeeded, {2} failed', job.counts['SUCCEEDED'] ?? 0, all, failed),
    )
    this.#showLegend(job, states)
    this.#table.show(
      [l10n.t('State'), l10n.t('Devices')],
      states.map((state) => [wordOf(executionLook(state)), String(job.counts[state] ?? 0)]),
    )
  }

  #showBar({ counts }: JobView, states: string[], all: number): void {
    for (const state of states) {
      const count = counts[state] ?? 0
      let part = this.#parts.get(state)
      if (part === undefined) {
        const look = executionLook(state)
        part = h('div', { class: isWaiting(state) ? 'part waiting' : 'part' })
        part.style.setProperty('--color', colorOf(look))
        part.style.order = String(rank(state))
        this.#parts.set(state, part)
        this.#bar.append(part)
      }
      part.hidden = count === 0
      part.style.width = `${all === 0 ? 0 : (count / all) * 100}%`
      part.title = `${wordOf(executionLook(state))}: ${this.format.number(count)}`
    }
  }

  #showLegend({ counts }: JobView, states: string[]): void {
    const shown = ['', ...states]
    for (const [state, { button }] of this.#chips) button.hidden = !shown.includes(state)
    const before = this.#chips.size
    for (const state of shown) {
      const chip = this.#chips.get(state) ?? this.#newChip(state)
      const count = state === '' ? countOf(counts) : (counts[state] ?? 0)
      setText(chip.count, this.format.number(count))
      setAttribute(chip.button, 'aria-pressed', String((this.#picked ?? '') === state))
      chip.button.classList.toggle('none', count === 0)
    }
    if (this.#chips.size === before) return
    const buttons = inOrder(this.#chips.keys())
      .filter((state) => state !== '')
      .map((state) => this.#chips.get(state)!.button)
    this.#legend.append(this.#chips.get('')!.button, ...buttons)
    this.#settle()
  }

  #newChip(state: string): Chip {
    const look = executionLook(state)
    const count = h('span', { class: 'count' })
    const word = state === '' ? [h('span', {}, l10n.t('all'))] : [stateIcon(look), h('span', {}, wordOf(look))]
    const button = h(
      'button',
      {
        type: 'button',
        class: state === '' ? 'chip all' : 'chip',
        onclick: () => this.pick(state === '' || this.#picked === state ? undefined : state),
      },
      ...word,
      count,
    )
    const chip = { button, count }
    this.#chips.set(state, chip)
    return chip
  }
}

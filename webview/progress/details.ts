import * as l10n from '@vscode/l10n'
import type { ExecutionDetail, ExecutionView, MessageView, TwinWord } from '../../src/shared/api.ts'
import type { DeviceDeed } from '../../src/shared/progress-messages.ts'
import { executionLook } from '../../src/shared/states.ts'
import { h, icon, setText } from '../ui/dom.ts'
import type { Format } from './format.ts'
import { nameOf } from '../../src/shared/keys.ts'
import { stateIcon, StateLabel, wordOf } from './look.ts'
import { MessageList } from './message-list.ts'
import { valueText } from './payload.ts'

/** What the details pane tells the page. */
export interface DetailsListener {
  onDeed(deed: DeviceDeed, device: string): void
  onClose(): void
}

/** One device at this job: its attempts, what it reported, its time limit and its last messages. */
export class Details {
  readonly element: HTMLElement
  readonly #name = h('h2', { id: 'device', tabindex: -1 })
  readonly #state = new StateLabel()
  readonly #twin: HTMLElement
  readonly #runs = h('p', { class: 'runs' })
  readonly #limit = h('p', { class: 'limit' }, icon('watch'))
  readonly #limitText = h('span', {})
  readonly #attempts = h('tbody', {})
  readonly #reported = h('dl', { class: 'reported' })
  readonly #messages: MessageList
  #device: string | undefined
  #shown: ExecutionDetail | undefined

  constructor(
    private readonly format: Format,
    private readonly listener: DetailsListener,
  ) {
    this.#messages = new MessageList(format)
    this.#limit.append(this.#limitText)
    const close = h(
      'vscode-button',
      {
        appearance: 'icon',
        'aria-label': l10n.t('Close Details'),
        title: l10n.t('Close Details'),
        onclick: () => this.listener.onClose(),
      },
      icon('close'),
    )
    const deed = (name: DeviceDeed, words: string) =>
      h(
        'vscode-button',
        {
          appearance: 'secondary',
          onclick: () => void (this.#device !== undefined && this.listener.onDeed(name, this.#device)),
        },
        words,
      )
    this.#twin = deed('openTwin', l10n.t('Open Twin'))
    const part = (title: string, ...content: HTMLElement[]) => h('section', {}, h('h3', {}, title), ...content)
    const heads = [l10n.t('State'), l10n.t('Queued'), l10n.t('Ended'), l10n.t('Took')].map((word) =>
      h('th', { scope: 'col' }, word),
    )
    const number = h('th', { scope: 'col', 'aria-label': l10n.t('Attempt') }, '#')
    this.element = h(
      'aside',
      { class: 'details', 'aria-labelledby': 'device', hidden: true },
      h('div', { class: 'line' }, this.#name, close),
      this.#state.element,
      this.#runs,
      this.#limit,
      h(
        'div',
        { class: 'deeds' },
        this.#twin,
        deed('openExecution', l10n.t('Open as Document')),
        deed('revealDevice', l10n.t('Show in Tree')),
      ),
      part(l10n.t('Reported'), this.#reported),
      part(
        l10n.t('Attempts'),
        h('table', { class: 'attempts' }, h('thead', {}, h('tr', {}, number, ...heads)), this.#attempts),
      ),
      part(l10n.t('Last messages'), this.#messages.element),
    )
    this.element.addEventListener('keydown', ({ key }) => void (key === 'Escape' && this.listener.onClose()))
  }

  /** Calls twins what their cloud calls them. */
  useWord(word: TwinWord): void {
    setText(this.#twin, word === 'shadow' ? l10n.t('Open Shadow') : l10n.t('Open Twin'))
  }

  /** Opens on a device, of which nothing but its row may be known yet; `undefined` closes. */
  open(device: string | undefined, known: ExecutionView | undefined, now: number): void {
    this.element.hidden = device === undefined
    if (device === this.#device) return
    this.#device = device
    this.#shown = undefined
    this.element.scrollTop = 0
    if (device === undefined) return
    setText(this.#name, nameOf(device))
    this.#name.title = nameOf(device)
    this.#limit.hidden = true
    this.#showRuns(known)
    this.#attempts.replaceChildren()
    this.#messages.show([], now)
    this.#showReported(known?.details)
    if (known !== undefined) this.#state.show(executionLook(known.status))
  }

  /** Shows what the hub knows; other devices than the open one are ignored. */
  show(execution: ExecutionDetail, messages: readonly MessageView[], now: number): void {
    if (execution.device !== this.#device) return
    this.#shown = execution
    this.#state.show(executionLook(execution.status))
    this.#showRuns(execution)
    this.#showReported(execution.details)
    this.#attempts.replaceChildren(...execution.attempts.toReversed().map((attempt) => this.#attempt(attempt, now)))
    this.#messages.show(messages, now)
    this.tick(now)
  }

  /** What runs down by itself. */
  tick(now: number): void {
    const at = this.#shown?.timesOutAt
    this.#limit.hidden = at === undefined
    if (at !== undefined)
      setText(
        this.#limitText,
        at > now
          ? l10n.t('Times out in {0}, at {1}', this.format.duration(at - now), this.format.time(at, now))
          : l10n.t('Its time is up'),
      )
  }

  focus(): void {
    this.#name.focus()
  }

  #attempt({ number, status, queuedAt, startedAt, updatedAt }: ExecutionView, now: number): HTMLElement {
    const look = executionLook(status)
    const pending = ['QUEUED', 'SENT', 'IN_PROGRESS'].includes(status)
    const cells = [
      this.format.time(queuedAt, now),
      pending ? '–' : this.format.time(updatedAt, now),
      pending ? '–' : this.format.duration(updatedAt - (startedAt ?? queuedAt)),
    ]
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, String(number)),
      h('td', {}, h('span', { class: 'state' }, stateIcon(look), wordOf(look))),
      ...cells.map((text) => h('td', {}, text)),
    )
  }

  /** What the device runs of what the job upgrades. */
  #showRuns({ runs }: Pick<ExecutionView, 'runs'> = {}): void {
    this.#runs.hidden = runs === undefined
    setText(this.#runs, runs === undefined ? '' : l10n.t('Runs {0} {1}', runs.module, runs.version))
  }

  #showReported(details: Readonly<Record<string, unknown>> | undefined): void {
    const facts = Object.entries(details ?? {}).map(([name, value]) =>
      h('div', {}, h('dt', {}, name), h('dd', {}, valueText(value))),
    )
    this.#reported.replaceChildren(...(facts.length > 0 ? facts : [h('div', { class: 'hint' }, l10n.t('Nothing yet'))]))
  }
}

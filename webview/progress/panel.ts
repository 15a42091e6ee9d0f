import * as l10n from '@vscode/l10n'
import type { FromProgress, ProgressState, ToProgress } from '../../src/shared/progress-messages.ts'
import type { HostChannel } from '../api.ts'
import { h, setText } from '../ui/dom.ts'
import { StateChart } from './state-chart.ts'
import { Details } from './details.ts'
import { DeviceList } from './device-list.ts'
import type { Format } from './format.ts'
import { nameOf } from '../../src/shared/keys.ts'
import { ProgressHeader } from './header.ts'
import { milestone } from './milestones.ts'
import { Model } from './model.ts'
import { Notice } from './notice.ts'
import { Shares } from './shares.ts'

/** The whole page: takes what the host tells, and says what the user wants. */
export class Panel {
  readonly element: HTMLElement
  readonly #model = new Model()
  readonly #header: ProgressHeader
  readonly #shares: Shares
  readonly #curve: StateChart
  readonly #list: DeviceList
  readonly #details: Details
  readonly #notice = new Notice(() => this.channel.post({ type: 'startHub' }))
  readonly #spoken = h('div', { class: 'spoken', role: 'status', 'aria-live': 'polite' })
  readonly #title = h('h1', { class: 'lonely' })
  readonly #content: HTMLElement

  constructor(
    private readonly channel: HostChannel<FromProgress, ProgressState>,
    format: Format,
    private state: ProgressState,
  ) {
    this.#header = new ProgressHeader(format, (deed) => this.channel.post({ type: deed }))
    this.#shares = new Shares(format, (status) => this.#list.pick(status))
    this.#curve = new StateChart(format)
    this.#details = new Details(format, {
      onDeed: (deed, device) => this.channel.post({ type: deed, device }),
      onClose: () => {
        this.#open(undefined)
        this.#list.grid.focus()
      },
    })
    this.#list = new DeviceList(
      format,
      {
        post: (message) => this.channel.post(message),
        onOpen: (device) => this.#open(device),
        onQuery: () => this.#onQuery(),
      },
      state,
    )
    const devices = h('section', { class: 'devices' }, this.#list.element, this.#details.element)
    this.#content = h(
      'div',
      { class: 'content', hidden: true },
      this.#header.element,
      this.#shares.element,
      this.#curve.element,
      devices,
    )
    setText(this.#title, nameOf(state.job))
    this.element = h('main', {}, this.#notice.element, this.#title, this.#content, this.#spoken)
    setInterval(() => this.#tick(), 1000)
  }

  receive(message: ToProgress): void {
    const now = () => this.#model.now(Date.now())
    switch (message.type) {
      case 'page':
      case 'pageRefused':
        return this.#list.receive(message, now())
      case 'execution':
        return this.#details.show(message.execution, message.messages, now())
      case 'executionGone':
        return message.device === this.state.device ? this.#open(undefined) : undefined
      default:
        return this.#take(message)
    }
  }

  #take(message: Extract<ToProgress, { type: 'init' | 'changed' | 'noHub' | 'gone' }>): void {
    const { job: before, phase } = this.#model
    if (this.#model.receive(message, Date.now()) === 'gap') return this.channel.post({ type: 'ready' })
    const { job } = this.#model
    const words = this.#notice.show(this.#model.phase, job !== undefined)
    if (job === undefined) return void (words !== '' && this.#speak(words))
    if (message.type !== 'changed') this.#reveal()
    const now = this.#model.now(Date.now())
    this.#header.show(this.#model, Date.now())
    this.#shares.show(job, this.#list.listing.query.status)
    this.#curve.show(this.#model.points, job.createdAt)
    if (message.type === 'init') this.#details.useWord(message.twinWord)
    if (message.type === 'init') this.#begin(now)
    else if (message.type === 'changed') this.#list.update(job, message.rows, now)
    else this.#list.rest()
    const said = this.#model.phase === phase && before !== undefined ? milestone(before, job) : words
    if (said !== undefined && said !== '') this.#speak(said)
  }

  /** There is something to show. */
  #reveal(): void {
    this.#title.hidden = true
    this.#content.hidden = false
    this.#content.classList.toggle('past', this.#model.phase !== 'live')
  }

  #begin(now: number): void {
    this.#list.begin(this.#model.job!, now)
    if (this.state.device !== undefined) this.#open(this.state.device)
  }

  #open(device: string | undefined): void {
    const index = device === undefined ? -1 : this.#list.listing.indexOf(device)
    this.#details.open(device, this.#list.listing.at(index), this.#model.now(Date.now()))
    this.#list.grid.select(device)
    this.channel.post({ type: 'select', ...(device !== undefined && { device }) })
    this.#save({ device })
  }

  #onQuery(): void {
    const { status, search, sort, descending } = this.#list.listing.query
    if (this.#model.job !== undefined) this.#shares.show(this.#model.job, status)
    this.#save({ status, search, sort, descending })
  }

  #save(change: { [name in keyof ProgressState]?: ProgressState[name] | undefined }): void {
    const entries = Object.entries({ ...this.state, ...change }).filter(([, value]) => value !== undefined)
    this.state = { job: this.state.job, ...Object.fromEntries(entries) }
    this.channel.save(this.state)
  }

  #tick(): void {
    if (this.#model.phase !== 'live') return
    this.#header.tick(this.#model, Date.now())
    this.#details.tick(this.#model.now(Date.now()))
  }

  #speak(text: string): void {
    this.#spoken.textContent = text
  }
}

/** A word that is missing stays English. */
export const useWords = (words: Record<string, string>): void => l10n.config({ contents: words })

import * as l10n from '@vscode/l10n'
import type { JobView } from '../../src/shared/api.ts'
import type { FromProgress, ProgressState, ToProgress } from '../../src/shared/progress-messages.ts'
import { mostWatched } from '../../src/shared/progress-messages.ts'
import { countOf, executionLook } from '../../src/shared/states.ts'
import { debounce } from '../ui/debounce.ts'
import { h, icon, setText, setAttribute } from '../ui/dom.ts'
import type { Format } from './format.ts'
import { Grid } from './grid.ts'
import { Listing } from './listing.ts'
import { wordOf } from './look.ts'
import { Speed } from './speed.ts'
import { nextOrder, sameOrder, type Order } from './sorting.ts'

/** So many rows are loaded before they can be seen. */
const ahead = 60

export interface DeviceListListener {
  post(message: FromProgress): void
  onOpen(device: string): void
  /** The user searches for other devices. */
  onQuery(): void
}

/** The devices of the job: search, filter, rows, and pages fetched as they are needed. */
export class DeviceList {
  readonly element: HTMLElement
  readonly listing = new Listing()
  readonly grid: Grid
  readonly #search = h(
    'vscode-text-field',
    { class: 'search', placeholder: l10n.t('Search devices') },
    icon('search', 'start'),
  )
  readonly #summary = h('span', { class: 'hint' })
  readonly #empty = h('p', { class: 'empty hint', hidden: true })
  readonly #watch = debounce(60, () => this.#tellWatched())
  readonly #refreshing = new Speed(1000, () => this.#refresh())
  #seen: string[] = []
  #watched = ''
  #end = 0
  #live = false
  #basis = ''
  #moves = 0
  #job: JobView | undefined

  constructor(
    private readonly format: Format,
    private readonly listener: DeviceListListener,
    { status, search, sort, descending }: ProgressState,
  ) {
    this.grid = new Grid(this.listing, format, {
      onView: (devices, end) => this.#onView(devices, end),
      onOpen: (device) => this.listener.onOpen(device),
      onSort: (by) => this.#query(this.listing.query, nextOrder(this.listing.query, by)),
    })
    this.listing.begin({
      ...(status !== undefined && { status }),
      ...(search !== undefined && { search }),
      ...(sort !== undefined && { sort }),
      ...(descending === true && { descending }),
    })
    this.#search.value = search ?? ''
    const searching = debounce(200, () => this.#query({ ...this.listing.query, search: this.#search.value.trim() }))
    this.#search.addEventListener('input', searching)
    const tools = h('div', { class: 'line tools' }, h('h2', {}, l10n.t('Devices')), this.#search, this.#summary)
    this.element = h('div', { class: 'list' }, tools, this.grid.element, this.#empty)
  }

  /** Shows devices in this state only; all without one. */
  pick(status: string | undefined): void {
    this.#query({ ...this.listing.query, status: status ?? '' })
  }

  /** The host has told everything: all that is shown may be another by now. */
  begin(job: JobView, now: number): void {
    this.#live = true
    // The toolkit overwrites a field's label when it comes onto the page.
    setAttribute(this.#search, 'aria-label', l10n.t('Search devices'))
    this.#watched = ''
    this.#job = job
    if (this.listing.begun) this.listing.restart()
    this.#load()
    this.draw(now)
  }

  /** The job has moved on; these rows are newer. */
  update(job: JobView, rows: Extract<ToProgress, { type: 'changed' }>['rows'], now: number): void {
    this.#job = job
    this.#moves += 1
    const left = this.listing.merge(rows).some((index) => !this.#belongs(this.listing.at(index)!.status))
    if (left || this.#basisNow() !== this.#basis) this.#refreshing.ask()
    this.draw(now)
  }

  /** There is nobody to ask. */
  rest(): void {
    this.#live = false
  }

  receive(message: Extract<ToProgress, { type: 'page' | 'pageRefused' }>, now: number): void {
    if (message.type === 'page') {
      // What happened while the pages came may have put devices in other places again.
      if (this.listing.accept(message.request, message.page, this.#end) && this.#basisNow() !== this.#basis)
        this.#refreshing.ask()
    } else if (this.listing.refuse(message.request)) return this.#refreshing.ask()
    this.draw(now)
  }

  draw(now: number): void {
    this.grid.draw(now)
    const { total, begun, query } = this.listing
    const all = countOf(this.#job?.counts ?? {})
    const filtered = query.status !== undefined || query.search !== undefined
    setText(
      this.#summary,
      !begun
        ? ''
        : filtered
          ? l10n.t('{0} of {1}', this.format.number(total), this.format.number(all))
          : this.format.number(total),
    )
    this.#empty.hidden = !begun || total > 0
    setText(
      this.#empty,
      query.search !== undefined
        ? l10n.t('No device matches.')
        : query.status !== undefined
          ? l10n.t('No device is {0} now.', wordOf(executionLook(query.status)))
          : l10n.t('The job has not reached any device yet.'),
    )
  }

  /** An empty text is no filter. */
  #query({ status, search }: { status?: string; search?: string }, order = orderOf(this.listing.query)): void {
    const query = { ...(status && { status }), ...(search && { search }), ...order }
    const { listing } = this
    if (
      query.status === listing.query.status &&
      query.search === listing.query.search &&
      sameOrder(order, listing.query)
    )
      return
    this.listing.begin(query)
    this.listener.onQuery()
    this.grid.rewind()
    this.#load()
  }

  #onView(devices: string[], end: number): void {
    this.#seen = devices.slice(0, mostWatched)
    this.#end = end
    this.#watch()
    this.#load()
  }

  #load(): void {
    if (!this.#live) return
    const ask = this.listing.need(this.#end + ahead)
    if (ask === undefined) return
    if (ask.after === undefined) this.#basis = this.#basisNow()
    this.listener.post({ type: 'page', ...ask })
  }

  #refresh(): void {
    this.listing.refresh()
    this.#load()
  }

  #tellWatched(): void {
    const watched = this.#seen.toSorted().join()
    if (!this.#live || watched === this.#watched) return
    this.#watched = watched
    this.listener.post({ type: 'watch', devices: this.#seen })
  }

  #belongs(status: string): boolean {
    return this.listing.query.status === undefined || this.listing.query.status === status
  }

  /**
   * As long as this is the same, so are the devices that are listed: sorted by what they do, anything matters; with a
   * filter any move from state to state; else only newcomers.
   */
  #basisNow(): string {
    const counts = this.#job?.counts ?? {}
    const { status, sort } = this.listing.query
    if (sort !== undefined && sort !== 'device') return String(this.#moves)
    return status === undefined ? String(countOf(counts)) : JSON.stringify(counts)
  }
}

const orderOf = ({ sort, descending }: Order): Order => ({
  ...(sort !== undefined && { sort }),
  ...(descending === true && { descending }),
})

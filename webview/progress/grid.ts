import * as l10n from '@vscode/l10n'
import { h, set } from '../ui/dom.ts'
import { onTheme } from '../ui/theme.ts'
import type { Format } from './format.ts'
import { GridRow } from './grid-row.ts'
import type { Listing } from './listing.ts'
import { moveBy, rowsIn, scrollTo, type Span, type Viewport } from './row-window.ts'

/** What a grid tells the page. */
export interface GridListener {
  /** Other rows than before can be seen, up to `end`. */
  onView(devices: string[], end: number): void
  /** The user wants to see more of this device. */
  onOpen(device: string): void
}

/**
 * The devices of a job as rows, of which only those that can be seen are on the page. The focus stays on the grid itself and the active
 * row is named to screen readers, so that it survives whatever happens to the rows.
 */
export class Grid {
  readonly element: HTMLElement
  readonly #scroller: HTMLElement
  readonly #space = h('div', { class: 'space', role: 'rowgroup' })
  readonly #rows = new Map<number, GridRow>()
  readonly #spare: GridRow[] = []
  #rowHeight = 0
  #active: { index: number; device: string | undefined } | undefined
  #selected: string | undefined
  #asked = false
  #now = 0

  constructor(
    private readonly listing: Listing,
    private readonly format: Format,
    private readonly listener: GridListener,
  ) {
    const heads = [
      ['name', l10n.t('Device')],
      ['status', l10n.t('State')],
      ['progress', l10n.t('Progress')],
      ['attempt', l10n.t('Attempt')],
      ['updated', l10n.t('Updated')],
      ['reported', l10n.t('Reported')],
    ].map(([name, word]) => h('div', { class: `cell ${name}`, role: 'columnheader' }, word))
    const head = h('div', { role: 'rowgroup', class: 'head' }, h('div', { class: 'row', role: 'row', 'aria-rowindex': 1 }, ...heads))
    this.#scroller = h('div', { class: 'scroller', role: 'grid', tabindex: 0, 'aria-label': l10n.t('Devices'), 'aria-readonly': 'true' }, head, this.#space)
    this.element = this.#scroller
    this.#scroller.addEventListener('scroll', () => this.#later(), { passive: true })
    this.#scroller.addEventListener('keydown', (event) => this.#onKey(event))
    this.#scroller.addEventListener('focus', () => this.#onFocus())
    this.#space.addEventListener('click', (event) => this.#onClick(event))
    new ResizeObserver(() => this.#later()).observe(this.#scroller)
    onTheme(() => {
      this.#rowHeight = 0
      this.#later()
    })
  }

  /** Shows what the list holds by now; `now` is the hub's time. */
  draw(now = this.#now): void {
    this.#now = now
    this.#rowHeight ||= Math.round(Number.parseFloat(getComputedStyle(this.#scroller).fontSize) * 1.9)
    const { total } = this.listing
    const header = this.#rowHeight
    this.#scroller.style.setProperty('--row-height', `${this.#rowHeight}px`)
    this.#space.style.height = `${total * this.#rowHeight}px`
    set(this.#scroller, 'aria-rowcount', this.listing.begun ? total + 1 : -1)
    const viewport: Viewport = { ...this.#viewport(), height: Math.max(0, this.#scroller.clientHeight - header) }
    const span = rowsIn(viewport)
    this.#follow()
    this.#recycle(span)
    for (let index = span.first; index < span.end; index += 1) this.#drawRow(index)
    const active = this.#active && this.#rows.get(this.#active.index)
    set(this.#scroller, 'aria-activedescendant', active?.element.id)
    const seen = [...this.#rows.values()].flatMap(({ device }) => (device === undefined ? [] : [device]))
    this.listener.onView(seen, span.end)
  }

  /** Marks the device whose details are open. */
  select(device: string | undefined): void {
    this.#selected = device
    const index = device === undefined ? -1 : this.listing.indexOf(device)
    if (index !== -1) this.#active = { index, device }
    this.draw()
  }

  /** Goes back to the top, as for another list. */
  rewind(): void {
    this.#active = undefined
    this.#scroller.scrollTop = 0
    this.draw()
  }

  focus(): void {
    this.#scroller.focus()
  }

  #viewport(): Viewport {
    const { scrollTop, clientHeight } = this.#scroller
    return { scrollTop, height: Math.max(0, clientHeight - this.#rowHeight), rowHeight: this.#rowHeight, total: this.listing.total }
  }

  #later(): void {
    if (this.#asked) return
    this.#asked = true
    requestAnimationFrame(() => {
      this.#asked = false
      this.draw()
    })
  }

  /** The active row goes where its device goes; where the device has left the list, the next one is active. */
  #follow(): void {
    if (this.#active === undefined) return
    const { device, index } = this.#active
    const found = device === undefined ? index : this.listing.indexOf(device)
    const at = Math.min(found === -1 ? index : found, this.listing.total - 1)
    this.#active = at < 0 ? undefined : { index: at, device: this.listing.at(at)?.device }
  }

  #recycle({ first, end }: Span): void {
    for (const [index, row] of this.#rows) {
      if (index >= first && index < end) continue
      this.#rows.delete(index)
      this.#spare.push(row)
      row.element.hidden = true
    }
  }

  #drawRow(index: number): void {
    let row = this.#rows.get(index)
    if (row === undefined) {
      row = this.#spare.pop() ?? this.#newRow()
      row.element.hidden = false
      this.#rows.set(index, row)
    }
    row.place(index, index * this.#rowHeight)
    row.show(this.listing.at(index), this.#now)
    row.mark(this.#active?.index === index, row.device !== undefined && row.device === this.#selected)
  }

  #newRow(): GridRow {
    const row = new GridRow(this.format)
    this.#space.append(row.element)
    return row
  }

  #activate(index: number): void {
    this.#active = { index, device: this.listing.at(index)?.device }
    this.#scroller.scrollTop = scrollTo(index, this.#viewport())
    this.draw()
  }

  #onKey(event: KeyboardEvent): void {
    if (event.target !== this.#scroller || event.ctrlKey || event.metaKey || event.altKey) return
    const to = moveBy(event.key, this.#active?.index ?? -1, this.#viewport())
    if (to !== undefined) this.#activate(to)
    else if ((event.key === 'Enter' || event.key === ' ') && this.#active?.device !== undefined) this.listener.onOpen(this.#active.device)
    else return
    event.preventDefault()
  }

  #onFocus(): void {
    if (this.#active !== undefined || this.listing.total === 0) return
    const { first } = rowsIn(this.#viewport(), 0)
    this.#active = { index: first, device: this.listing.at(first)?.device }
    this.draw()
  }

  #onClick(event: MouseEvent): void {
    const element = event.target instanceof Element ? event.target.closest('.row') : null
    const [index, row] = [...this.#rows].find(([, { element: own }]) => own === element) ?? []
    if (index === undefined || row?.device === undefined) return
    this.#active = { index, device: row.device }
    this.listener.onOpen(row.device)
  }
}

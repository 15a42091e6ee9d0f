import * as l10n from '@vscode/l10n'
import type { ExecutionSort } from '../../src/shared/api.ts'
import { h, setAttribute } from '../ui/dom.ts'
import { onTheme } from '../ui/theme.ts'
import { ActiveRow } from './active-row.ts'
import type { Format } from './format.ts'
import { GridHead } from './grid-head.ts'
import { GridRow, menuOf } from './grid-row.ts'
import type { Listing } from './listing.ts'
import { moveBy, rowsIn, scrollTo, type Span, type Viewport } from './row-window.ts'

/** What a grid tells the page. */
export interface GridListener {
  /** Other rows than before can be seen, up to `end`. */
  onView(devices: string[], end: number): void
  /** The user wants to see more of this device. */
  onOpen(device: string): void
  /** The user wants the devices in the order of this column, or no longer so. */
  onSort(by: ExecutionSort): void
}

/**
 * The devices of a job as rows, of which only those that can be seen are on the page. The focus stays on the grid
 * itself and the active row is named to screen readers, so that it survives whatever happens to the rows.
 */
export class Grid {
  readonly element: HTMLElement
  readonly #scroller: HTMLElement
  readonly #head: GridHead
  readonly #space = h('div', { class: 'space', role: 'rowgroup' })
  readonly #rows = new Map<number, GridRow>()
  readonly #spare: GridRow[] = []
  #rowHeight = 0
  readonly #active: ActiveRow
  #selected: string | undefined
  #asked = false
  #now = 0

  constructor(
    private readonly listing: Listing,
    private readonly format: Format,
    private readonly listener: GridListener,
  ) {
    this.#active = new ActiveRow(listing)
    this.#head = new GridHead((by) => this.listener.onSort(by))
    this.#scroller = h(
      'div',
      { class: 'scroller', role: 'grid', tabindex: 0, 'aria-label': l10n.t('Devices'), 'aria-readonly': 'true' },
      this.#head.element,
      this.#space,
    )
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
    this.#scroller.style.setProperty('--row-height', `${this.#rowHeight}px`)
    this.#space.style.height = `${total * this.#rowHeight}px`
    setAttribute(this.#scroller, 'aria-rowcount', this.listing.begun ? total + 1 : -1)
    this.#head.show(this.listing.query)
    const span = rowsIn(this.#viewport())
    this.#active.follow()
    this.#recycle(span)
    for (let index = span.first; index < span.end; index += 1) this.#drawRow(index)
    setAttribute(this.#scroller, 'aria-activedescendant', this.#rows.get(this.#active.index)?.element.id)
    // The menu key asks the grid, which has the focus, and means the active row.
    setAttribute(
      this.#scroller,
      'data-vscode-context',
      this.#active.device === undefined ? undefined : menuOf(this.#active.device),
    )
    const seen = [...this.#rows.values()].flatMap(({ device }) => (device === undefined ? [] : [device]))
    this.listener.onView(seen, span.end)
  }

  /** Marks the device whose details are open. */
  select(device: string | undefined): void {
    this.#selected = device
    const index = device === undefined ? -1 : this.listing.indexOf(device)
    if (index !== -1) this.#active.moveTo(index)
    this.draw()
  }

  /** Goes back to the top, as for another list. */
  rewind(): void {
    this.#active.clear()
    this.#scroller.scrollTop = 0
    this.draw()
  }

  focus(): void {
    this.#scroller.focus()
  }

  #viewport(): Viewport {
    const { scrollTop, clientHeight } = this.#scroller
    return {
      scrollTop,
      height: Math.max(0, clientHeight - this.#rowHeight),
      rowHeight: this.#rowHeight,
      total: this.listing.total,
    }
  }

  #later(): void {
    if (this.#asked) return
    this.#asked = true
    requestAnimationFrame(() => {
      this.#asked = false
      this.draw()
    })
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
    row.mark(this.#active.index === index, row.device !== undefined && row.device === this.#selected)
  }

  #newRow(): GridRow {
    const row = new GridRow(this.format)
    this.#space.append(row.element)
    return row
  }

  #activate(index: number): void {
    this.#active.moveTo(index)
    this.#scroller.scrollTop = scrollTo(index, this.#viewport())
    this.draw()
  }

  #onKey(event: KeyboardEvent): void {
    if (event.target !== this.#scroller || event.ctrlKey || event.metaKey || event.altKey) return
    const to = moveBy(event.key, this.#active.index, this.#viewport())
    if (to !== undefined) this.#activate(to)
    else if ((event.key === 'Enter' || event.key === ' ') && this.#active.device !== undefined)
      this.listener.onOpen(this.#active.device)
    else return
    event.preventDefault()
  }

  #onFocus(): void {
    if (this.#active.index !== -1 || this.listing.total === 0) return
    this.#active.moveTo(rowsIn(this.#viewport(), 0).first)
    this.draw()
  }

  #onClick(event: MouseEvent): void {
    const element = event.target instanceof Element ? event.target.closest('.row') : null
    const [index, row] = [...this.#rows].find(([, { element: own }]) => own === element) ?? []
    if (index === undefined || row?.device === undefined) return
    this.#active.moveTo(index)
    this.listener.onOpen(row.device)
  }
}

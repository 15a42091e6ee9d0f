import { h, setText } from '../ui/dom.ts'

/** The table twin of something drawn: for screen readers, and changed only where it has become another one. */
export class SpokenTable {
  readonly element: HTMLTableElement
  readonly #caption = h('caption', {})
  readonly #head = h('tr', {})
  readonly #body = h('tbody', {})

  constructor(caption: string) {
    setText(this.#caption, caption)
    this.element = h('table', {}, this.#caption, h('thead', {}, this.#head), this.#body)
    this.element.className = 'spoken'
  }

  /** The first cell of each row is its header. */
  show(head: readonly string[], rows: readonly (readonly string[])[]): void {
    fill(this.#head, head, () => h('th', { scope: 'col' }))
    while (this.#body.rows.length > rows.length) this.#body.lastElementChild?.remove()
    rows.forEach((cells, index) => {
      const row = this.#body.rows[index] ?? this.#body.appendChild(h('tr', {}))
      fill(row, cells, (at) => (at === 0 ? h('th', { scope: 'row' }) : h('td', {})))
    })
  }
}

function fill(row: HTMLTableRowElement, texts: readonly string[], make: (at: number) => HTMLTableCellElement): void {
  while (row.cells.length > texts.length) row.lastElementChild?.remove()
  texts.forEach((text, index) => setText(row.cells[index] ?? row.appendChild(make(index)), text))
}

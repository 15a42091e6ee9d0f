import * as l10n from '@vscode/l10n'
import type { ExecutionSort } from '../../src/shared/api.ts'
import { h, icon, setAttribute } from '../ui/dom.ts'
import { rove } from '../ui/roving.ts'
import type { Order } from './sorting.ts'

/** A column's title; by some columns the devices can be sorted. */
interface Column {
  name: string
  word: string
  sort?: ExecutionSort
}

const columns = (): Column[] => [
  { name: 'name', word: l10n.t('Device'), sort: 'device' },
  { name: 'status', word: l10n.t('State'), sort: 'status' },
  { name: 'progress', word: l10n.t('Progress'), sort: 'progress' },
  { name: 'attempt', word: l10n.t('Attempt') },
  { name: 'updated', word: l10n.t('Updated'), sort: 'updated' },
  { name: 'reported', word: l10n.t('Reported') },
]

/** The titles of the columns: one stop of the Tab key, arrow keys move between them. */
export class GridHead {
  readonly element: HTMLElement
  readonly #sorts = new Map<ExecutionSort, { cell: HTMLElement; sign: HTMLElement }>()

  constructor(onSort: (by: ExecutionSort) => void) {
    const buttons: HTMLElement[] = []
    const cells = columns().map(({ name, word, sort }) => {
      if (sort === undefined) return h('div', { class: `cell ${name}`, role: 'columnheader' }, word)
      const sign = icon('arrow-up')
      const button = h(
        'button',
        { class: 'sort', type: 'button', onclick: () => onSort(sort) },
        h('span', {}, word),
        sign,
      )
      const cell = h('div', { class: `cell ${name}`, role: 'columnheader' }, button)
      buttons.push(button)
      this.#sorts.set(sort, { cell, sign })
      return cell
    })
    const row = h('div', { class: 'row', role: 'row', 'aria-rowindex': 1 }, ...cells)
    // A narrow page leaves columns out.
    rove(row, () => buttons.filter(({ offsetParent }) => offsetParent !== null))
    for (const [index, button] of buttons.entries()) button.tabIndex = index === 0 ? 0 : -1
    this.element = h('div', { role: 'rowgroup', class: 'head' }, row)
  }

  /** Says by what the devices are sorted. */
  show({ sort, descending = false }: Order): void {
    for (const [by, { cell, sign }] of this.#sorts) {
      setAttribute(cell, 'aria-sort', by !== sort ? 'none' : descending ? 'descending' : 'ascending')
      sign.className = `codicon codicon-arrow-${by === sort && descending ? 'down' : 'up'}`
    }
  }
}

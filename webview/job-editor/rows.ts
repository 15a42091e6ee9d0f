import { h, icon, setText } from '../ui/dom.ts'
import type { JobForm } from './form/form.ts'
import type { Kit, Part } from './part.ts'
import type { View } from './state.ts'

export interface RowsOptions<T> {
  path: string
  read(form: JobForm): readonly T[]
  write(items: T[]): Partial<JobForm>
  /** What a new row holds. */
  blank: T
  row(index: number): Part
  add: string
  remove: string
  /** Shown while there are no rows. */
  none: string
}

/** Rows that can be added and removed. */
export function rowsPart<T>(kit: Kit, options: RowsOptions<T>): Part {
  let rows: Part[] = []
  const none = h('p', { class: 'hint none' }, options.none)
  const list = h('ul', { class: 'rows' })
  const add = h(
    'vscode-button',
    { appearance: 'secondary', onclick: () => append() },
    icon('add', 'start'),
    options.add,
  )
  const element = h('div', { class: 'row-list' }, none, list, add)
  let wantsFocus: number | undefined

  const append = (): void => {
    wantsFocus = rows.length
    kit.edit(options.write([...options.read(kit.form), options.blank]))
  }
  const remove = (index: number): void => {
    wantsFocus = Math.min(index, rows.length - 2)
    kit.edit(options.write(options.read(kit.form).filter((_, other) => other !== index)))
  }
  const line = (part: Part, index: number): HTMLElement =>
    h(
      'li',
      { class: 'row' },
      part.element,
      h(
        'vscode-button',
        { appearance: 'icon', 'aria-label': options.remove, title: options.remove, onclick: () => remove(index) },
        icon('trash'),
      ),
    )

  return {
    element,
    update(view: View) {
      const items = options.read(view.form)
      none.hidden = items.length > 0
      if (items.length !== rows.length) {
        rows = items.map((_, index) => options.row(index))
        list.replaceChildren(...rows.map(line))
      }
      for (const row of rows) row.update(view)
      if (wantsFocus === undefined) return
      const first = rows[wantsFocus]?.controls()[0]
      if (first !== undefined) first.focus()
      else add.focus()
      wantsFocus = undefined
    },
    controls: () => rows.flatMap((row) => row.controls()),
  }
}

/** A part that only tells something: a sentence that follows from the view. */
export function textLine(className: string, text: (view: View) => string): Part {
  const element = h('p', { class: className })
  return {
    element,
    update(view) {
      const words = text(view)
      element.hidden = words === ''
      setText(element, words)
    },
    controls: () => [],
  }
}

import * as l10n from '@vscode/l10n'
import { h, newId, setAttribute } from './dom.ts'
import { chips } from './chips.ts'
import { field, type Control, type FieldOptions } from './field.ts'
import { formatNumber } from './format.ts'

export interface SearchResults {
  items: { value: string; note?: string }[]
  /** How many there are altogether. */
  total: number
}

export interface PickerOptions extends FieldOptions {
  placeholder: string
  /** What the list of chosen things is called. */
  chosen: string
  search(text: string): Promise<SearchResults>
  onchange(values: string[]): void
}

/** Picks any number of things out of many by typing a part of their name; what was picked stands below as chips. */
// long: one control, whose parts all share its state
export function picker({ placeholder, chosen, search, onchange, ...options }: PickerOptions): {
  element: HTMLElement
  control: Control
  show(values: string[]): void
} {
  const listId = newId()
  let values: string[] = []
  let found: SearchResults = { items: [], total: 0 }
  let active = -1
  let asked = 0

  const input = h('input', {
    class: 'input',
    type: 'text',
    role: 'combobox',
    placeholder,
    spellcheck: 'false',
    autocomplete: 'off',
    'aria-label': options.label,
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': listId,
  })
  const list = h('ul', { id: listId, role: 'listbox', 'aria-label': options.label, 'aria-multiselectable': 'true' })
  const more = h('p', { class: 'hint more' })
  const popup = h('div', { class: 'popup', hidden: true }, list, more)
  const tags = chips(
    chosen,
    (value) => change(values.filter((other) => other !== value)),
    () => input.focus(),
  )
  const box = field(h('div', { class: 'picker' }, input, popup), options)
  const element = h('div', { class: 'picker-field' }, box.element, tags.element)

  const isOpen = (): boolean => !popup.hidden
  const change = (next: string[]): void => onchange([...new Set(next)])

  const open = async (): Promise<void> => {
    const request = ++asked
    const answer = await search(input.value.trim())
    if (request !== asked || document.activeElement !== input) return
    found = answer
    active = input.value.trim() === '' ? -1 : found.items.findIndex(({ value }) => !values.includes(value))
    draw()
    popup.hidden = found.items.length === 0 && input.value.trim() === ''
    setAttribute(input, 'aria-expanded', String(isOpen()))
  }
  const close = (): void => {
    asked++
    popup.hidden = true
    setAttribute(input, 'aria-expanded', 'false')
    setAttribute(input, 'aria-activedescendant', undefined)
  }

  const draw = (): void => {
    list.replaceChildren(
      ...found.items.map(({ value, note }, index) =>
        h(
          'li',
          {
            id: `${listId}-${index}`,
            role: 'option',
            class: index === active ? 'option active' : 'option',
            'aria-selected': String(values.includes(value)),
            onclick: () => toggle(value),
          },
          h('span', { class: `codicon codicon-${values.includes(value) ? 'check' : 'blank'}`, 'aria-hidden': 'true' }),
          h('span', { class: 'name' }, value),
          note !== undefined && h('span', { class: 'hint' }, note),
        ),
      ),
    )
    const rest = found.total - found.items.length
    more.hidden = found.items.length > 0 && rest <= 0
    more.textContent =
      found.items.length === 0
        ? l10n.t('Nothing has this in its name')
        : l10n.t('{0} more: type to narrow them down', formatNumber(rest))
    mark()
  }
  const mark = (): void => {
    ;[...list.children].forEach((option, index) => option.classList.toggle('active', index === active))
    setAttribute(input, 'aria-activedescendant', active >= 0 ? `${listId}-${active}` : undefined)
    list.children[active]?.scrollIntoView({ block: 'nearest' })
  }

  const toggle = (value: string): void => {
    change(values.includes(value) ? values.filter((other) => other !== value) : [...values, value])
    input.value = ''
    void open()
  }
  const take = (): void => {
    const item = isOpen() ? found.items[active] : undefined
    const typed = input.value.trim()
    if (item !== undefined) return toggle(item.value)
    if (typed !== '') toggle(typed)
  }
  const move = (by: number): void => {
    if (!isOpen()) return void open()
    active = (active + by + found.items.length) % Math.max(1, found.items.length)
    mark()
  }
  const keys: Record<string, (event: KeyboardEvent) => void> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(active < 0 ? 0 : -1),
    Enter: take,
    Escape: close,
    Backspace: () => input.value === '' && change(values.slice(0, -1)),
  }
  input.addEventListener('keydown', (event) => {
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined
    if (act === undefined || event.isComposing) return
    if (event.key !== 'Backspace') event.preventDefault()
    act(event)
  })
  input.addEventListener('input', () => void open())
  input.addEventListener('focus', () => void open())
  input.addEventListener('click', () => !isOpen() && void open())
  input.addEventListener('blur', close)
  // A click on the list must not take the focus from the input, or the list would be gone before it is heard.
  popup.addEventListener('mousedown', (event) => event.preventDefault())
  input.addEventListener('paste', (event) => {
    const pasted = (event.clipboardData?.getData('text') ?? '').split(/[\s,;]+/).filter((part) => part !== '')
    if (pasted.length < 2) return
    event.preventDefault()
    change([...values, ...pasted])
  })

  return {
    element,
    control: {
      ...box,
      focus: () => input.focus(),
      show(problem) {
        box.show(problem)
        input.classList.toggle('invalid', problem !== undefined)
        setAttribute(input, 'aria-invalid', problem !== undefined ? 'true' : undefined)
      },
    },
    show(next) {
      if (next === values) return
      values = next
      tags.show(next)
      if (isOpen()) draw()
    },
  }
}

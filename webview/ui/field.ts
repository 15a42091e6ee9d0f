import { h, icon, newId, setText, setAttribute } from './dom.ts'

/** A control of a form, by the path of what it edits, and how to lead people to it. */
export interface Control {
  path: string
  label: string
  focus(): void
  /**
   * Shows what is wrong with it; undefined: nothing. A control that is only ever refused shows advice like a refusal.
   */
  show(problem: string | undefined, severity?: 'warning'): void
}

export interface FieldOptions {
  path: string
  label: string
  /** Its name where the label stands alone and would say too little: in the list of problems, to screen readers. */
  name?: string
  /** A sentence about it, above the control. */
  hint?: string
  /** What stands behind the control: a unit, a button. */
  after?: Node
  class?: string
}

/** Label, hint, control and its problem, one below the other. */
export function field(
  control: HTMLElement,
  { path, label, name = label, hint, after, class: className = '' }: FieldOptions,
): Control & { element: HTMLElement; hint(text: string): void } {
  const words = h('span')
  const problem = h('p', { class: 'problem', id: newId(), hidden: true }, icon('error'), words)
  const about = h('p', { class: 'hint', hidden: hint === undefined }, hint)
  control.id ||= newId()
  const caption = h('label', { for: control.id }, label)
  const element = h(
    'div',
    { class: `field ${className}` },
    caption,
    about,
    h('div', { class: 'control' }, control, after),
    problem,
  )
  return {
    element,
    path,
    label: name,
    focus: () => control.focus(),
    show(text) {
      problem.hidden = text === undefined
      setText(words, text ?? '')
      control.classList.toggle('invalid', text !== undefined)
      setAttribute(control, 'aria-invalid', text !== undefined ? 'true' : undefined)
      setAttribute(control, 'aria-describedby', text !== undefined ? problem.id : undefined)
    },
    hint(text) {
      about.hidden = text === ''
      setText(about, text)
    },
  }
}

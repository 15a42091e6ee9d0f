import type { Control } from '../ui/field.ts'
import { h } from '../ui/dom.ts'
import type { JobForm } from './form/form.ts'
import type { View } from './state.ts'

/** A piece of the page: it draws what a view says and tells what people do. */
export interface Part {
  element: HTMLElement
  update(view: View): void
  /** Its controls, in the order of the page; rows come and go. */
  controls(): Control[]
}

/** What parts can do. */
export interface Kit {
  readonly form: JobForm
  /** Changes members of the form. */
  edit(part: Partial<JobForm>): void
  /** The user has been at this control: what is wrong with it may be said now. */
  touch(path: string): void
}

/** Several parts one below (or beside) the other. */
export function group(className: string, ...parts: Part[]): Part {
  return {
    element: h('div', { class: className }, ...parts.map(({ element }) => element)),
    update: (view) => parts.forEach((part) => part.update(view)),
    controls: () => parts.flatMap((part) => part.controls()),
  }
}

/** Parts under a heading. */
export function section(name: string, title: string, about: string | undefined, ...parts: Part[]): Part {
  const inside = group('parts', ...parts)
  const heading = h('h2', { id: `${name}-heading` }, title)
  const element = h(
    'section',
    { class: `section ${name}`, 'aria-labelledby': heading.id },
    heading,
    about !== undefined && h('p', { class: 'hint about' }, about),
    inside.element,
  )
  return { ...inside, element }
}

/** A part that is there only while `shown` says so. */
export const when = (shown: (view: View) => boolean, part: Part): Part => ({
  element: part.element,
  update(view) {
    part.element.hidden = !shown(view)
    if (!part.element.hidden) part.update(view)
  },
  controls: () => (part.element.hidden ? [] : part.controls()),
})

import { h } from '../ui/dom.ts'
import { field, type FieldOptions } from '../ui/field.ts'
import type { JobForm } from './form/form.ts'
import type { Kit, Part } from './part.ts'
import type { View } from './state.ts'

/** Where a control finds its value in the form, and how the form looks with another one. */
export interface Binding {
  read(form: JobForm): string
  write(value: string, form: JobForm): Partial<JobForm>
}

export interface TextOptions extends FieldOptions {
  placeholder?: string
  unit?: string
}

/** A field of one line. */
export function textPart(kit: Kit, { unit, placeholder, ...options }: TextOptions, binding: Binding): Part {
  // The toolkit takes the accessible name from the content; ui/form.css hides that, since the label stands above.
  const control = h('vscode-text-field', { placeholder, spellcheck: 'false' }, options.name ?? options.label)
  return bound(
    kit,
    control,
    { ...options, ...(unit !== undefined && { after: h('span', { class: 'unit' }, unit) }) },
    binding,
  )
}

/** A date and time of the user's time zone. */
export function timePart(kit: Kit, options: FieldOptions, binding: Binding): Part {
  return bound(
    kit,
    h('input', { type: 'datetime-local', class: 'input', 'aria-label': options.name ?? options.label }),
    options,
    binding,
  )
}

/** One of a few things. */
export function choicePart(
  kit: Kit,
  options: FieldOptions,
  binding: Binding,
  choices: (view: View) => [value: string, label: string][],
): Part {
  const control = h('vscode-dropdown', { 'aria-label': options.name ?? options.label })
  let drawn = ''
  const part = bound(kit, control, options, binding, 'change')
  return {
    ...part,
    update(view) {
      const now = choices(view)
      const key = JSON.stringify(now)
      if (key !== drawn) control.replaceChildren(...now.map(([value, label]) => h('vscode-option', { value }, label)))
      drawn = key
      part.update(view)
    },
  }
}

/** One of a few things, all of them in sight, each with a sentence about it. */
export function radioPart(
  kit: Kit,
  options: FieldOptions,
  binding: Binding,
  choices: [value: string, label: string, about: string][],
): Part {
  const radios = choices.map(([value, label, about]) =>
    h('vscode-radio', { value }, label, h('span', { class: 'hint' }, about)),
  )
  const control = h(
    'vscode-radio-group',
    { orientation: 'vertical', 'aria-label': options.name ?? options.label },
    ...radios,
  )
  return bound(kit, control, options, binding, 'change')
}

type Valued = HTMLElement & { value: string }

function bound(
  kit: Kit,
  control: Valued,
  options: FieldOptions,
  { read, write }: Binding,
  event: 'input' | 'change' = 'input',
): Part {
  const box = field(control, options)
  control.addEventListener(event, () => {
    if (control.value !== read(kit.form)) kit.edit(write(control.value, kit.form))
    if (event === 'change') kit.touch(options.path)
  })
  control.addEventListener('focusout', () => kit.touch(options.path))
  return {
    element: box.element,
    update({ form }) {
      const value = read(form)
      if (control.value !== value) control.value = value
    },
    controls: () => [box],
  }
}

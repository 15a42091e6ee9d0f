import * as l10n from '@vscode/l10n'
import type { JobKindView } from '../../../src/shared/api.ts'
import { h } from '../../ui/dom.ts'
import { choicePart, textPart, type Binding } from '../controls.ts'
import { section, when, type Kit, type Part } from '../part.ts'

type Option = JobKindView['options'][number]

/** What sort of work it is, its file, and what may be chosen besides; not there where a cloud offers no such thing. */
export function work(kit: Kit): Part {
  const kind = choicePart(
    kit,
    { path: 'kind', label: l10n.t('Kind of work') },
    { read: (form) => form.kind, write: (value) => ({ kind: value, options: {} }) },
    ({ form, dialect }) => {
      const kinds = dialect?.kinds ?? []
      const known = kinds.map(({ id, title }, index): [string, string] => [index === 0 ? '' : id, title])
      // A file may name the first one, or one that there is not.
      const named = kinds[0]?.id === form.kind ? kinds[0].title : form.kind
      return known.some(([id]) => id === form.kind) ? known : [...known, [form.kind, named]]
    },
  )
  const file = textPart(
    kit,
    {
      path: 'file',
      label: l10n.t('File'),
      hint: l10n.t('Its path in the bucket folder: the first part is the bucket.'),
      placeholder: 'firmware/app.bin',
      class: 'wide',
    },
    { read: (form) => form.file, write: (text) => ({ file: text }) },
  )
  const part = section(
    'work',
    l10n.t('Work'),
    undefined,
    when(({ dialect, form }) => (dialect?.kinds.length ?? 0) > 1 || form.kind !== '', kind),
    when((view) => view.kind?.file !== undefined || view.form.file !== '', file),
    options(kit),
  )
  return when(
    ({ dialect, kind: now, form }) =>
      (dialect?.kinds.length ?? 0) > 1 ||
      form.kind + form.file !== '' ||
      now?.file !== undefined ||
      (now?.options.length ?? 0) > 0,
    part,
  )
}

/** A control for each option of the kind. */
function options(kit: Kit): Part {
  const element = h('div', { class: 'fields two' })
  let parts: Part[] = []
  let drawn = ''
  return {
    element,
    update(view) {
      const offered = view.kind?.options ?? []
      element.hidden = offered.length === 0
      const key = JSON.stringify(offered)
      if (key !== drawn) {
        parts = offered.map((option) => control(kit, option))
        element.replaceChildren(...parts.map((part) => part.element))
      }
      drawn = key
      for (const part of parts) part.update(view)
    },
    controls: () => parts.flatMap((part) => part.controls()),
  }
}

function control(kit: Kit, option: Option): Part {
  const { name, title: label, about: hint } = option
  const field = { path: `options/${name}`, label, hint }
  const bound = (parse: (text: string) => string | boolean): Binding => ({
    read: (form) =>
      String(form.options[name] ?? (option.type === 'text' || option.type === 'number' ? '' : option.default)),
    write(text, form) {
      const { [name]: _, ...others } = form.options
      return { options: text === '' ? others : { ...others, [name]: parse(text) } }
    },
  })
  if (option.type === 'choice')
    return choicePart(kit, field, bound(String), () => option.choices.map((choice) => [choice, choice]))
  if (option.type === 'flag')
    return choicePart(
      kit,
      field,
      bound((text) => text === 'true'),
      () => [
        ['true', l10n.t('Yes')],
        ['false', l10n.t('No')],
      ],
    )
  return textPart(kit, { ...field, placeholder: String(option.default) }, bound(String))
}

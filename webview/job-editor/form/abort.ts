import * as l10n from '@vscode/l10n'
import { choicePart, textPart, type Binding } from '../controls.ts'
import { group, section, type Kit, type Part } from '../part.ts'
import { rowsPart } from '../rows.ts'
import type { AbortOn, JobForm } from './form.ts'

type Rule = JobForm['abort'][number]

const member = (index: number, name: keyof Rule): Binding => ({
  read: ({ abort }) => abort[index]?.[name] ?? '',
  write: (value, { abort }) => ({
    abort: abort.map((rule, other) => (other === index ? { ...rule, [name]: value } : rule)),
  }),
})

/** When to call the whole job off. */
export function abort(kit: Kit): Part {
  const outcomes: [AbortOn, string][] = [
    ['FAILED', l10n.t('failed')],
    ['REJECTED', l10n.t('rejected it')],
    ['TIMED_OUT', l10n.t('timed out')],
    ['ANY', l10n.t('failed in any way')],
  ]
  const row = (index: number): Part =>
    group(
      'fields',
      choicePart(
        kit,
        {
          path: `abort/${index}/on`,
          label: l10n.t('When devices'),
          name: l10n.t('Abort rule {0}: when devices', index + 1),
        },
        member(index, 'on'),
        () => outcomes,
      ),
      textPart(
        kit,
        {
          path: `abort/${index}/percent`,
          label: l10n.t('At least'),
          name: l10n.t('Abort rule {0}: at least (percent)', index + 1),
          unit: '%',
        },
        member(index, 'percent'),
      ),
      textPart(
        kit,
        {
          path: `abort/${index}/minimum`,
          label: l10n.t('Of no fewer than'),
          name: l10n.t('Abort rule {0}: of no fewer devices than', index + 1),
          unit: l10n.t('ended'),
        },
        member(index, 'minimum'),
      ),
    )
  const rows = rowsPart<Rule>(kit, {
    path: 'abort',
    read: (form) => form.abort,
    write: (rules) => ({ abort: rules }),
    blank: { on: 'FAILED', percent: '20', minimum: '10' },
    row,
    add: l10n.t('Add abort rule'),
    remove: l10n.t('Remove abort rule'),
    none: l10n.t('The job goes on however many devices fail.'),
  })
  return section(
    'abort',
    l10n.t('Abort'),
    l10n.t('Cancels the job when too many of the devices that are through with it have ended badly.'),
    rows,
  )
}

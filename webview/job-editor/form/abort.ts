import { t } from '@vscode/l10n'
import { choicePart, textPart, type Binding } from '../controls.ts'
import { group, section, type Kit, type Part } from '../part.ts'
import { rowsPart } from '../rows.ts'
import type { AbortOn, Form } from './form.ts'

type Rule = Form['abort'][number]

const member = (index: number, name: keyof Rule): Binding => ({
  read: ({ abort }) => abort[index]?.[name] ?? '',
  write: (value, { abort }) => ({ abort: abort.map((rule, other) => (other === index ? { ...rule, [name]: value } : rule)) }),
})

/** When to call the whole job off. */
export function abort(kit: Kit): Part {
  const outcomes: [AbortOn, string][] = [
    ['FAILED', t('failed')],
    ['REJECTED', t('rejected it')],
    ['TIMED_OUT', t('timed out')],
    ['ANY', t('failed in any way')],
  ]
  const row = (index: number): Part =>
    group(
      'fields',
      choicePart(kit, { path: `abort/${index}/on`, label: t('When devices'), name: t('Abort rule {0}: when devices', index + 1) }, member(index, 'on'), () => outcomes),
      textPart(kit, { path: `abort/${index}/percent`, label: t('At least'), name: t('Abort rule {0}: at least (percent)', index + 1), unit: '%' }, member(index, 'percent')),
      textPart(kit, { path: `abort/${index}/minimum`, label: t('Of no fewer than'), name: t('Abort rule {0}: of no fewer devices than', index + 1), unit: t('ended') }, member(index, 'minimum')),
    )
  const rows = rowsPart<Rule>(kit, {
    path: 'abort',
    read: (form) => form.abort,
    write: (rules) => ({ abort: rules }),
    blank: { on: 'FAILED', percent: '20', minimum: '10' },
    row,
    add: t('Add abort rule'),
    remove: t('Remove abort rule'),
    none: t('The job goes on however many devices fail.'),
  })
  return section('abort', t('Abort'), t('Cancels the job when too many of the devices that are through with it have ended badly.'), rows)
}

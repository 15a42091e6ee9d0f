import * as l10n from '@vscode/l10n'
import { choicePart, textPart, type Binding } from '../controls.ts'
import { group, section, type Kit, type Part } from '../part.ts'
import { rowsPart } from '../rows.ts'
import type { JobForm, RetryOn } from './form.ts'

type Rule = JobForm['retry'][number]

const member = (index: number, name: 'on' | 'times'): Binding => ({
  read: ({ retry }) => retry[index]?.[name] ?? '',
  write: (value, { retry }) => ({
    retry: retry.map((rule, other) => (other === index ? { ...rule, [name]: value } : rule)),
  }),
})

/** How long a device may take, and how often it may try again. */
export function endurance(kit: Kit): Part {
  const timeout = textPart(
    kit,
    {
      path: 'timeoutMinutes',
      label: l10n.t('Timeout'),
      hint: l10n.t('How long a device may be at it, from the moment it starts.'),
      unit: l10n.t('minutes'),
      placeholder: l10n.t('None'),
    },
    { read: ({ timeoutMinutes }) => timeoutMinutes, write: (timeoutMinutes) => ({ timeoutMinutes }) },
  )
  const outcomes: [RetryOn, string][] = [
    ['FAILED', l10n.t('failed')],
    ['TIMED_OUT', l10n.t('timed out')],
    ['ANY', l10n.t('failed or timed out')],
  ]
  const row = (index: number): Part =>
    group(
      'fields',
      choicePart(
        kit,
        {
          path: `retry/${index}/on`,
          label: l10n.t('When a device'),
          name: l10n.t('Retry rule {0}: when a device', index + 1),
        },
        member(index, 'on'),
        () => outcomes,
      ),
      textPart(
        kit,
        {
          path: `retry/${index}/times`,
          label: l10n.t('Try again'),
          name: l10n.t('Retry rule {0}: try again (times)', index + 1),
          unit: l10n.t('times'),
        },
        member(index, 'times'),
      ),
    )
  const rows = rowsPart<Rule>(kit, {
    path: 'retry',
    read: (form) => form.retry,
    write: (rules) => ({ retry: rules }),
    blank: { on: 'FAILED', times: '1' },
    row,
    add: l10n.t('Add retry rule'),
    remove: l10n.t('Remove retry rule'),
    none: l10n.t('A device that fails is not asked again.'),
  })
  return section('endurance', l10n.t('Timeout and Retries'), undefined, group('fields', timeout), rows)
}

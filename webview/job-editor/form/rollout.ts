import * as l10n from '@vscode/l10n'
import { choicePart, radioPart, textPart, type Binding } from '../controls.ts'
import { curveChart } from '../curve-chart.ts'
import { group, section, when, type Kit, type Part } from '../part.ts'
import type { JobForm, GrowthOf } from './form.ts'

type Rollout = JobForm['rollout']

const member = <K extends keyof Rollout>(name: K): Binding => ({
  read: ({ rollout }) => rollout[name],
  write: (value, { rollout }) => ({ rollout: { ...rollout, [name]: value } }),
})

/** How fast the devices get the job. */
export function rollout(kit: Kit): Part {
  const mode = radioPart(kit, { path: 'rollout', label: l10n.t('Speed') }, member('mode'), [
    ['once', l10n.t('All at once'), l10n.t('Every device gets the job as soon as it begins.')],
    ['constant', l10n.t('At a constant rate'), l10n.t('So many devices every minute.')],
    [
      'growing',
      l10n.t('At a growing rate'),
      l10n.t('Slowly first, and faster each time enough devices have done well.'),
    ],
  ])
  const growing = group(
    'fields two',
    textPart(kit, { path: 'rollout/exponential/base', label: l10n.t('Devices in the first minute') }, member('base')),
    textPart(
      kit,
      {
        path: 'rollout/perMinute',
        label: l10n.t('Never more than'),
        unit: l10n.t('a minute'),
        placeholder: l10n.t('No limit'),
      },
      member('perMinute'),
    ),
    textPart(kit, { path: 'rollout/exponential/factor', label: l10n.t('Multiply the rate by') }, member('factor')),
    textPart(
      kit,
      { path: 'rollout/exponential/every/count', label: l10n.t('Each time this many more devices') },
      member('count'),
    ),
    choicePart(
      kit,
      { path: 'rollout/exponential/every/of', label: l10n.t('Counted when they') },
      { ...member('of'), write: (value, form) => ({ rollout: { ...form.rollout, of: value as GrowthOf } }) },
      () => [
        ['SUCCEEDED', l10n.t('have succeeded')],
        ['NOTIFIED', l10n.t('have been told')],
      ],
    ),
  )
  const limit = textPart(kit, { path: 'rollout/perMinute', label: l10n.t('Devices a minute') }, member('perMinute'))
  return section(
    'rollout',
    l10n.t('Rollout'),
    undefined,
    mode,
    when(({ form }) => form.rollout.mode === 'constant', group('fields', limit)),
    when(({ form }) => form.rollout.mode === 'growing', growing),
    when(({ form }) => form.rollout.mode !== 'once', curveChart()),
  )
}

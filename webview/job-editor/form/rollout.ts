import { t } from '@vscode/l10n'
import { choicePart, radioPart, textPart, type Binding } from '../controls.ts'
import { curveChart } from '../curve-chart.ts'
import { group, section, when, type Kit, type Part } from '../part.ts'
import type { Form, GrowthOf } from './form.ts'

type Rollout = Form['rollout']

const member = <K extends keyof Rollout>(name: K): Binding => ({
  read: ({ rollout }) => rollout[name],
  write: (value, { rollout }) => ({ rollout: { ...rollout, [name]: value } }),
})

/** How fast the devices get the job. */
export function rollout(kit: Kit): Part {
  const mode = radioPart(kit, { path: 'rollout', label: t('Speed') }, member('mode'), [
    ['once', t('All at once'), t('Every device gets the job as soon as it begins.')],
    ['constant', t('At a constant rate'), t('So many devices every minute.')],
    ['growing', t('At a growing rate'), t('Slowly first, and faster each time enough devices have done well.')],
  ])
  const growing = group(
    'fields two',
    textPart(kit, { path: 'rollout/exponential/base', label: t('Devices in the first minute') }, member('base')),
    textPart(kit, { path: 'rollout/perMinute', label: t('Never more than'), unit: t('a minute'), placeholder: t('No limit') }, member('perMinute')),
    textPart(kit, { path: 'rollout/exponential/factor', label: t('Multiply the rate by') }, member('factor')),
    textPart(kit, { path: 'rollout/exponential/every/count', label: t('Each time this many more devices') }, member('count')),
    choicePart(kit, { path: 'rollout/exponential/every/of', label: t('Counted when they') }, { ...member('of'), write: (value, form) => ({ rollout: { ...form.rollout, of: value as GrowthOf } }) }, () => [
      ['SUCCEEDED', t('have succeeded')],
      ['NOTIFIED', t('have been told')],
    ]),
  )
  const limit = textPart(kit, { path: 'rollout/perMinute', label: t('Devices a minute') }, member('perMinute'))
  return section(
    'rollout',
    t('Rollout'),
    undefined,
    mode,
    when(({ form }) => form.rollout.mode === 'constant', group('fields', limit)),
    when(({ form }) => form.rollout.mode === 'growing', growing),
    when(({ form }) => form.rollout.mode !== 'once', curveChart()),
  )
}

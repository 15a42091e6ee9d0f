import * as l10n from '@vscode/l10n'
import { formatTime, timeZone } from '../../ui/format.ts'
import { radioPart, textPart, timePart, type Binding } from '../controls.ts'
import { group, section, when, type Kit, type Part } from '../part.ts'
import { rowsPart, textLine } from '../rows.ts'
import type { DraftEndBehavior, JobForm } from './form.ts'
import { nextTimes } from './windows.ts'

type Window = JobForm['windows'][number]

const member = (index: number, name: keyof Window): Binding => ({
  read: ({ windows }) => windows[index]?.[name] ?? '',
  write: (value, { windows }) => ({
    windows: windows.map((window, other) => (other === index ? { ...window, [name]: value } : window)),
  }),
})

/** When the job begins and ends, and in which hours devices may get it. */
export function schedule(kit: Kit): Part {
  const times = group(
    'fields',
    timePart(
      kit,
      { path: 'schedule/startAt', label: l10n.t('Start') },
      { read: ({ startAt }) => startAt, write: (startAt) => ({ startAt }) },
    ),
    timePart(
      kit,
      { path: 'schedule/endAt', label: l10n.t('End') },
      { read: ({ endAt }) => endAt, write: (endAt) => ({ endAt }) },
    ),
  )
  const behavior = radioPart(
    kit,
    { path: 'schedule/endBehavior', label: l10n.t('When the end has come') },
    { read: ({ endBehavior }) => endBehavior, write: (value) => ({ endBehavior: value as DraftEndBehavior }) },
    [
      ['STOP_ROLLOUT', l10n.t('Stop the rollout'), l10n.t('Devices that have the job may finish it; no more get it.')],
      ['CANCEL', l10n.t('Cancel'), l10n.t('Devices that have not started are let off.')],
      ['FORCE_CANCEL', l10n.t('Force cancel'), l10n.t('All that have not ended are let off, also those at work.')],
    ],
  )
  const windows = rowsPart<Window>(kit, {
    path: 'schedule/windows',
    read: (form) => form.windows,
    write: (next) => ({ windows: next }),
    blank: { cron: '0 3 * * *', minutes: '120' },
    row: (index) => windowRow(kit, index),
    add: l10n.t('Add maintenance window'),
    remove: l10n.t('Remove maintenance window'),
    none: l10n.t('Without maintenance windows devices may get the job at any hour.'),
  })
  return section(
    'schedule',
    l10n.t('Schedule'),
    l10n.t('Times are those of your time zone, {0}. Without a start the job begins when it is created.', timeZone()),
    virtualClock(),
    times,
    when(({ form }) => form.endAt !== '', behavior),
    windows,
  )
}

const windowRow = (kit: Kit, index: number): Part =>
  group(
    'window',
    group(
      'fields',
      textPart(
        kit,
        {
          path: `schedule/windows/${index}/cron`,
          label: l10n.t('Opens at'),
          name: l10n.t('Maintenance window {0}: opens at (cron)', index + 1),
          unit: l10n.t('cron, UTC'),
          class: 'cron',
        },
        member(index, 'cron'),
      ),
      textPart(
        kit,
        {
          path: `schedule/windows/${index}/minutes`,
          label: l10n.t('For'),
          name: l10n.t('Maintenance window {0}: for (minutes)', index + 1),
          unit: l10n.t('minutes'),
        },
        member(index, 'minutes'),
      ),
    ),
    textLine('hint next', ({ form, state }) => {
      const times = nextTimes(form.windows[index]?.cron ?? '', state.hub.virtualNow ?? Date.now(), 2)
      return times === undefined || times.length === 0
        ? ''
        : l10n.t('Next for you: {0}', times.map(formatTime).join(' · '))
    }),
  )

const virtualClock = (): Part =>
  textLine('hint', ({ state: { hub } }) =>
    hub.virtualNow === undefined ? '' : l10n.t('The hub’s clock is virtual and shows {0}.', formatTime(hub.virtualNow)),
  )

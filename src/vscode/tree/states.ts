import { l10n, ThemeColor, ThemeIcon } from 'vscode'
import type { DeviceView } from '../../shared/api.ts'

/** How a state is shown: never by colour alone. */
export interface Shown {
  word: string
  icon: ThemeIcon
}

const shown = (word: string, icon: string, color?: string): Shown => ({ word, icon: new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color)) })

export function deviceState(state: DeviceView['state']): Shown {
  switch (state) {
    case 'online':
      return shown(l10n.t('online'), 'circle-filled', 'testing.iconPassed')
    case 'offline':
      return shown(l10n.t('offline'), 'circle-outline', 'disabledForeground')
    case 'working':
      return shown(l10n.t('working'), 'sync', 'charts.blue')
    case 'failed':
      return shown(l10n.t('failed'), 'error', 'testing.iconFailed')
  }
}

/** States of an execution in the order in which it goes through them; one that is not known is shown as it is. */
export const executionStates = ['QUEUED', 'SENT', 'IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED', 'TIMED_OUT', 'CANCELED', 'REMOVED'] as const

export function executionState(status: string): Shown {
  switch (status) {
    case 'QUEUED':
      return shown(l10n.t('queued'), 'circle-outline', 'testing.iconQueued')
    case 'SENT':
      return shown(l10n.t('sent'), 'arrow-circle-right', 'testing.iconQueued')
    case 'IN_PROGRESS':
      return shown(l10n.t('in progress'), 'sync', 'charts.blue')
    case 'SUCCEEDED':
      return shown(l10n.t('succeeded'), 'pass', 'testing.iconPassed')
    case 'FAILED':
      return shown(l10n.t('failed'), 'error', 'testing.iconFailed')
    case 'REJECTED':
      return shown(l10n.t('rejected'), 'circle-slash', 'charts.orange')
    case 'TIMED_OUT':
      return shown(l10n.t('timed out'), 'watch', 'charts.orange')
    case 'CANCELED':
      return shown(l10n.t('canceled'), 'circle-slash', 'disabledForeground')
    case 'REMOVED':
      return shown(l10n.t('removed'), 'trash', 'disabledForeground')
    default:
      return shown(status, 'question')
  }
}

export function jobState(status: string, counts: Record<string, number>): Shown {
  const bad = ['FAILED', 'REJECTED', 'TIMED_OUT'].some((state) => (counts[state] ?? 0) > 0)
  switch (status) {
    case 'SCHEDULED':
      return shown(l10n.t('scheduled'), 'calendar', 'testing.iconQueued')
    case 'IN_PROGRESS':
      return shown(l10n.t('in progress'), 'sync', bad ? 'charts.orange' : 'charts.blue')
    case 'COMPLETED':
      return bad ? shown(l10n.t('completed with failures'), 'warning', 'charts.orange') : shown(l10n.t('completed'), 'pass', 'testing.iconPassed')
    case 'CANCELED':
      return shown(l10n.t('canceled'), 'circle-slash', 'disabledForeground')
    case 'DELETING':
      return shown(l10n.t('being deleted'), 'trash', 'disabledForeground')
    default:
      return shown(status, 'question')
  }
}

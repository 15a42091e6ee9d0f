import { l10n, ThemeColor, ThemeIcon } from 'vscode'
import type { DeviceView } from '../../shared/api.ts'
import { executionLook, jobLook, type StateLook } from '../../shared/states.ts'

/** How a state is shown: never by color alone. */
export interface StateDisplay {
  word: string
  icon: ThemeIcon
  /** Beside names of documents; empty where there is nothing to be said of what is done. */
  letter: string
}

const shown = (word: string, icon: string, color: string, letter: string): StateDisplay => ({
  word,
  letter,
  icon: new ThemeIcon(icon, new ThemeColor(color)),
})

/** The words are in the bundle by `stateWords`. */
const shownAs = ({ word, icon, color, letter }: StateLook): StateDisplay => shown(l10n.t(word), icon, color, letter)

export const executionState = (status: string): StateDisplay => shownAs(executionLook(status))

export const jobState = (status: string, counts: Record<string, number>): StateDisplay =>
  shownAs(jobLook(status, counts))

export function deviceState(state: DeviceView['state']): StateDisplay {
  switch (state) {
    case 'online':
      return shown(l10n.t('online'), 'circle-filled', 'charts.green', '')
    case 'offline':
      return shown(l10n.t('offline'), 'circle-outline', 'disabledForeground', '')
    case 'working':
      return shown(l10n.t('working'), 'sync', 'charts.blue', 'P')
    case 'failed':
      return shown(l10n.t('failed'), 'error', 'charts.red', 'F')
  }
}

import { commands as editor, env, l10n, window, workspace } from 'vscode'
import type { HubOptions } from '../../shared/options.ts'
import { confirm, done } from '../ask.ts'
import { commands } from '../commands.ts'
import { tellWhatHappened } from '../context-keys.ts'
import type { Host } from '../host.ts'
import { settingsCommand } from '../settings-tab.ts'
import { settingOf } from '../settings.ts'
import { freePort, isFree } from './free-port.ts'
import type { WindowSession } from './window-session.ts'
import { isUp, type HubState } from './state.ts'

const OWN = 'local-iot-hub.local-iot-hub'

/** Start, stop and what lies between; each tells only of what went wrong. */
export function sessionCommands(hub: WindowSession, host: Host) {
  const start = () => starting(hub.start())
  return {
    [commands.start]: start,
    [commands.stop]: () => (host.state.type === 'attached' ? stopGuest(hub) : hub.stop()),
    [commands.restart]: () => (host.state.type === 'attached' ? refuseGuest() : starting(hub.restart())),
    [commands.reset]: () => reset(hub, host),
    [commands.useFreePorts]: () => useFreePorts(hub),
    [commands.showLog]: () => host.log.show(true),
    [commands.openSettings]: (setting?: unknown) =>
      openSettings(typeof setting === 'string' ? settingOf(setting) : `@ext:${OWN}`),
    [commands.openWalkthrough]: async () => {
      await editor.executeCommand('workbench.action.openWalkthrough', `${OWN}#start`, false)
      tellWhatHappened()
    },
  }
}

function openSettings(query: string): Thenable<unknown> {
  const where = { folders: workspace.workspaceFolders !== undefined, remote: env.remoteName !== undefined }
  return editor.executeCommand(settingsCommand(where), { query })
}

async function stopGuest(hub: WindowSession): Promise<void> {
  const stop = l10n.t('Stop the Hub for Everybody')
  const leave = l10n.t('Only Leave the Hub')
  const choice = await window.showInformationMessage(
    l10n.t('This hub is run by another window or by the command line.'),
    stop,
    leave,
  )
  if (choice !== undefined) await hub.stop({ forAll: choice === stop })
}

/** A hub of another window or the command line is not ours to restart or change. */
export async function refuseGuest(): Promise<void> {
  await window.showInformationMessage(
    l10n.t('This hub is run by another window or by the command line: change or restart it there.'),
  )
}

/** The state is returned for callers; a failure is told at once, with the ways out. */
export async function starting(began: Promise<HubState>): Promise<HubState> {
  const state = await began
  if (state.type === 'failed') void tellFailure(state)
  return state
}

async function tellFailure({ reason, conflict }: Extract<HubState, { type: 'failed' }>): Promise<void> {
  const free = l10n.t('Use Free Port')
  const settings = l10n.t('Settings')
  const log = l10n.t('Show Log')
  const choice = await window.showErrorMessage(
    l10n.t('The hub did not start: {0}', reason),
    ...(conflict === undefined ? [] : [free]),
    settings,
    log,
  )
  if (choice === free) await editor.executeCommand(commands.useFreePorts)
  if (choice === settings) await editor.executeCommand(commands.openSettings, conflict?.setting)
  if (choice === log) await editor.executeCommand(commands.showLog)
}

/** Every port that is taken makes way for the next free one, for this hub. */
async function useFreePorts(hub: WindowSession): Promise<HubState> {
  const options = hub.options()
  const names = ['mqtt', 'mqtts', 'http', 'https'] as const
  const used = new Set(names.map((name) => options[name]))
  const changes: Partial<HubOptions> = {}
  for (const name of names) {
    if (await isFree(options.host, options[name])) continue
    const port = await freePort(options.host, options[name] + 1, used)
    used.add(port)
    changes[name] = port
  }
  await hub.choose(changes)
  return starting(hub.start())
}

async function reset(hub: WindowSession, host: Host): Promise<void> {
  // A hub that somebody else has begun since this window was opened is not to lose its state from under it.
  if (!isUp(host.state)) await hub.look()
  if (host.state.type === 'attached') return refuseGuest()
  const sure = await confirm(
    l10n.t('Delete everything the hub knows?'),
    l10n.t(
      'Devices, twins, jobs and the hub’s certificates are deleted for good; devices have to be given new credentials. Files of the bucket stay.',
    ),
    l10n.t('Delete Everything'),
  )
  if (!sure) return
  const wasUp = isUp(host.state)
  await hub.wipe()
  done(l10n.t('The hub was reset'))
  if (wasUp) await starting(hub.start())
}

import { networkInterfaces } from 'node:os'
import { commands as editor, env, l10n, window, workspace } from 'vscode'
import { isLoopback } from '../../shared/loopback.ts'
import { defaultOptions } from '../../shared/options.ts'
import { confirm, done, notRunning } from '../ask.ts'
import { commands } from '../commands.ts'
import type { Host } from '../host.ts'
import type { WindowSession } from './window-session.ts'
import { refuseGuest } from './session-commands.ts'
import { isUp } from './state.ts'

/** Whether other machines can reach a hub that listens there. */
export const isOnNetwork = (host: string): boolean => !isLoopback(host) && host !== 'localhost'

export function networkCommands(hub: WindowSession, host: Host) {
  return {
    [commands.openToNetwork]: () => openToNetwork(hub, host),
    [commands.closeToNetwork]: () => changeHost(hub, host, defaultOptions.host),
    [commands.copyAddresses]: () => copyAddresses(hub, host),
  }
}

async function openToNetwork(hub: WindowSession, host: Host): Promise<void> {
  if (host.state.type === 'attached') return refuseGuest()
  const sure = await confirm(
    l10n.t('Let boards on your network connect?'),
    workspace.workspaceFolders === undefined
      ? l10n.t(
          'The hub will listen on every address of this machine, so everybody on your network can reach it; it lets in who shows a certificate, a secret or a key that it has given out. Its certificate is renewed to name these addresses. Connected devices have to reconnect. No folder is open, so this is remembered for the hub of windows without one; no setting is changed.',
        )
      : l10n.t(
          'The hub will listen on every address of this machine, so everybody on your network can reach it; it lets in who shows a certificate, a secret or a key that it has given out. Its certificate is renewed to name these addresses. Connected devices have to reconnect. This is remembered for this workspace as the setting iotHub.host.',
        ),
    l10n.t('Let Boards Connect'),
  )
  if (!sure) return
  await changeHost(hub, host, '0.0.0.0')
  if (!isUp(host.state)) return
  const copy = l10n.t('Copy')
  const connect = l10n.t('Connect a Device')
  const choice = await window.showInformationMessage(
    l10n.t('Boards reach the hub here: {0}', addresses(hub, host).join(', ')),
    copy,
    connect,
  )
  if (choice === copy) await copyAddresses(hub, host)
  if (choice === connect) await editor.executeCommand(commands.connectDevice)
}

async function changeHost(hub: WindowSession, host: Host, address: string): Promise<void> {
  if (host.state.type === 'attached') return refuseGuest()
  // Also one that is just starting: it has read its settings already.
  if (isUp(host.state) || host.state.type === 'starting') await hub.life.stop()
  await hub.choose({ host: address })
  await editor.executeCommand(commands.start)
}

async function copyAddresses(hub: WindowSession, host: Host): Promise<void> {
  if (!isUp(host.state)) return void (await window.showInformationMessage(notRunning()))
  await env.clipboard.writeText(addresses(hub, host).join('\n'))
  done(l10n.t('Addresses copied'))
}

/** `mqtt://…`, `mqtts://…` and so on for every address that a board can use. */
function addresses(hub: WindowSession, { state }: Host): string[] {
  if (!isUp(state)) return []
  const { endpoints } = state
  const hosts = state.type === 'running' && isOnNetwork(hub.host) ? lanAddresses() : [endpoints.host]
  return hosts.flatMap((name) =>
    (['mqtt', 'mqtts', 'http', 'https'] as const).map((scheme) => `${scheme}://${name}:${endpoints[scheme]}`),
  )
}

const lanAddresses = () =>
  Object.values(networkInterfaces()).flatMap((found) =>
    (found ?? []).filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address),
  )

import { commands as editor, l10n } from 'vscode'
import { back, pick, type Choice } from '../ask.ts'
import { commands, type CommandId } from '../commands.ts'
import type { Host } from '../host.ts'
import type { HubOverview } from '../hub-status-feed.ts'
import { isOnNetwork } from './network.ts'
import type { WindowSession } from './window-session.ts'

/** What can be done with the hub as it is now; the way in from the status bar. */
export async function showStatusMenu(hub: WindowSession, host: Host, overview: HubOverview | undefined): Promise<void> {
  const row = (value: CommandId, icon: string, label: string, description?: string): Choice<CommandId> => ({
    value,
    label: `$(${icon}) ${label}`,
    ...(description !== undefined && { description }),
  })
  const { state } = host
  const always = [
    row(commands.openSettings, 'settings-gear', l10n.t('Settings')),
    row(commands.showLog, 'output', l10n.t('Show log')),
  ]
  const rows = (): Choice<CommandId>[] => {
    switch (state.type) {
      case 'starting':
      case 'stopping':
        return always
      case 'stopped':
        return [
          row(commands.start, 'play', l10n.t('Start the hub')),
          row(commands.reset, 'clear-all', l10n.t('Delete everything it knows…')),
          ...always,
        ]
      case 'failed':
        return [
          ...(state.conflict === undefined
            ? []
            : [
                row(
                  commands.useFreePorts,
                  'wand',
                  l10n.t('Use free ports'),
                  l10n.t('port {0} is taken', state.conflict.port),
                ),
              ]),
          row(commands.start, 'play', l10n.t('Try again')),
          ...always,
        ]
      case 'attached':
      case 'running': {
        const own = state.type === 'running'
        const open = isOnNetwork(hub.host)
        return [
          row(commands.connectDevice, 'plug', l10n.t('Connect a device…')),
          row(commands.createJob, 'add', l10n.t('Create a job…')),
          row(
            commands.copyAddresses,
            'copy',
            l10n.t('Copy addresses'),
            `${state.endpoints.host} · ${state.endpoints.mqtt} · ${state.endpoints.mqtts} · ${state.endpoints.http} · ${state.endpoints.https}`,
          ),
          ...(overview?.status.clock === 'virtual'
            ? [
                row(
                  commands.advanceClock,
                  'clock',
                  l10n.t('Move the clock…'),
                  new Date(overview.status.now).toLocaleString(),
                ),
              ]
            : []),
          ...(own && !open
            ? [row(commands.openToNetwork, 'radio-tower', l10n.t('Let boards on your network connect…'))]
            : []),
          ...(own && open ? [row(commands.closeToNetwork, 'lock', l10n.t('Listen on this machine only'))] : []),
          ...(own ? [row(commands.restart, 'debug-restart', l10n.t('Restart the hub'))] : []),
          row(commands.stop, 'debug-stop', own ? l10n.t('Stop the hub') : l10n.t('Stop or leave the hub…')),
          ...(own ? [row(commands.reset, 'clear-all', l10n.t('Delete everything it knows…'))] : []),
          ...always,
        ]
      }
    }
  }
  const chosen = await pick({ title: 'IoT Hub' }, rows())
  if (chosen !== undefined && chosen !== back) await editor.executeCommand(chosen)
}

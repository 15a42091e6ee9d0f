import { l10n, MarkdownString, StatusBarAlignment, ThemeColor, window, type StatusBarItem } from 'vscode'
import { counted } from '../../shared/counted.ts'
import { commands } from '../commands.ts'
import type { Host } from '../host.ts'
import type { HubOverview } from '../hub-status-feed.ts'
import { isUp } from './state.ts'

/** The one item in the status bar: what the hub is doing, at a glance. */
export function createStatusItem(): StatusBarItem {
  const item = window.createStatusBarItem('iotHub.status', StatusBarAlignment.Left, 5)
  item.name = 'IoT Hub'
  item.command = commands.showStatus
  return item
}

/** Shows the state; hidden until the user has had to do with the hub. */
export function showState(item: StatusBarItem, { state }: Host, overview: HubOverview | undefined): void {
  item.backgroundColor = undefined
  switch (state.type) {
    case 'stopped':
      tell(item, '$(circle-slash) IoT', l10n.t('The hub is stopped.'))
      break
    case 'starting':
      tell(item, '$(loading~spin) IoT', l10n.t('The hub is starting.'))
      break
    case 'stopping':
      tell(item, '$(loading~spin) IoT', l10n.t('The hub is writing down its state.'))
      break
    case 'failed':
      tell(item, '$(error) IoT', state.reason)
      item.backgroundColor = new ThemeColor('statusBarItem.errorBackground')
      break
    case 'running':
    case 'attached': {
      const { mqtt, mqtts } = state.endpoints
      const ports = `${mqtt}·${mqtts}`
      const icon = state.type === 'running' ? '$(broadcast)' : '$(link)'
      const online = overview === undefined ? '' : ` · ${l10n.t('{0} online', overview.status.online)}`
      const virtual = overview?.status.clock === 'virtual'
      tell(item, `${icon} IoT ${ports}${online}${virtual ? ' $(clock)' : ''}`, details(state.type, overview))
      if (virtual) item.backgroundColor = new ThemeColor('statusBarItem.warningBackground')
    }
  }
  item.accessibilityInformation = {
    label: isUp(state) ? spoken(overview?.status.online ?? 0) : `IoT Hub: ${item.tooltip as string}`,
    role: 'button',
  }
  item.show()
}

const spoken = (online: number): string =>
  counted(
    online,
    l10n.t('IoT Hub is running, 1 device online'),
    l10n.t('IoT Hub is running, {0} devices online', online),
  )

function tell(item: StatusBarItem, text: string, tooltip: string | MarkdownString): void {
  item.text = text
  item.tooltip = tooltip
}

function details(type: 'running' | 'attached', overview: HubOverview | undefined): MarkdownString {
  const text = new MarkdownString()
  text.appendText(
    type === 'running'
      ? l10n.t('The hub runs in this window.')
      : l10n.t('The hub is run by another window or by the command line; this window is attached to it.'),
  )
  if (overview === undefined) return text
  const { endpoints, mode, clock, now, devices, online, jobs } = overview.status
  const line = (words: string) => text.appendMarkdown('  \n').appendText(words)
  text.appendMarkdown('\n')
  line(l10n.t('MQTT {0}:{1}, with TLS {2}', endpoints.host, endpoints.mqtt, endpoints.mqtts))
  line(l10n.t('HTTP {0}, HTTPS {1}', endpoints.http, endpoints.https))
  line(counted(devices, l10n.t('{0} of 1 device online', online), l10n.t('{0} of {1} devices online', online, devices)))
  line(counted(jobs, l10n.t('1 job'), l10n.t('{0} jobs', jobs)))
  if (mode === 'strict') line(l10n.t('Strict: unknown devices are refused.'))
  if (clock === 'virtual')
    line(
      l10n.t(
        'Virtual clock: it is {0} for the hub, and stays so until the clock is moved.',
        new Date(now).toLocaleString(),
      ),
    )
  return text
}

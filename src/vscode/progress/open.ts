import { commands as editor, Disposable, l10n, Uri, ViewColumn, window, type WebviewPanel } from 'vscode'
import { presentKey } from '../../shared/former-names.ts'
import type { FromProgress } from '../../shared/progress-messages.ts'
import { commands } from '../commands.ts'
import { setContext } from '../context-keys.ts'
import { openDocument } from '../documents/open.ts'
import type { Host } from '../host.ts'
import { nameOf } from '../../shared/keys.ts'
import { panelOptions, panelPage } from '../panel-page.ts'
import { wakePanel } from '../sleeping-tab.ts'
import { Feed } from './feed.ts'
import { readFromProgress } from './read-message.ts'

const viewType = 'iotHub.progress'

/** The panels that are open, by the key of their job. */
const panels = new Map<string, WebviewPanel>()

/** Shows the job; reveals its panel if there is one already, also one that sleeps since a reload. */
export async function openProgress(host: Host, job: string): Promise<void> {
  const name = nameOf(job)
  const others = [...panels.keys()].filter((key) => nameOf(key) === name).length
  const open = panels.get(job) ?? (await wakePanel(viewType, name, others, () => panels.get(job)))
  if (open !== undefined) return open.reveal()
  settle(host, job, window.createWebviewPanel(viewType, name, ViewColumn.Active, panelOptions(host.extensionUri)))
}

/** Brings the panels back that were open when the window was closed. */
export function registerProgress(host: Host): Disposable {
  return window.registerWebviewPanelSerializer(viewType, {
    async deserializeWebviewPanel(panel, state: unknown) {
      const { job: kept } = (state ?? {}) as { job?: unknown }
      const job = typeof kept === 'string' ? presentKey(kept) : undefined
      if (job === undefined || panels.has(job)) return panel.dispose()
      settle(host, job, panel)
    },
  })
}

function settle(host: Host, job: string, panel: WebviewPanel): void {
  const { webview } = panel
  const feed = new Feed(host, job, (message) => void webview.postMessage(message))
  panels.set(job, panel)
  const registrations = Disposable.from(
    feed,
    webview.onDidReceiveMessage((input: unknown) => {
      const message = readFromProgress(input)
      if (message?.type === 'ready' && host.api() !== undefined) setContext('iotHub.progressShown', true)
      if (message === undefined)
        host.log.warn(`progress panel: a message that cannot be read: ${JSON.stringify(input)?.slice(0, 200)}`)
      else void receive(host, job, feed, message)
    }),
    panel.onDidChangeViewState(() => {
      // A hidden page is thrown away; it says `ready` when it is made anew.
      if (!panel.visible) feed.rest()
    }),
  )
  panel.onDidDispose(() => {
    panels.delete(job)
    registrations.dispose()
  })
  const icon = (theme: string) => Uri.joinPath(host.extensionUri, 'media', `progress-${theme}.svg`)
  panel.iconPath = { light: icon('light'), dark: icon('dark') }
  webview.options = panelOptions(host.extensionUri)
  webview.html = panelPage(webview, host.extensionUri, 'progress', l10n.t('Progress of {0}', nameOf(job)), {
    monaco: false,
  })
}

function receive(host: Host, job: string, feed: Feed, message: FromProgress): Thenable<unknown> {
  switch (message.type) {
    case 'cancel':
      return editor.executeCommand(commands.cancelJob, job)
    case 'forceCancel':
      return editor.executeCommand(commands.forceCancelJob, job)
    case 'retryFailed':
      return editor.executeCommand(commands.retryFailed, job)
    case 'delete':
      return editor.executeCommand(commands.deleteJob, job)
    case 'openDocument':
      return editor.executeCommand(commands.openJobDocument, job)
    case 'startHub':
      return editor.executeCommand(commands.start)
    case 'openTwin':
      return editor.executeCommand(commands.openTwin, message.device)
    case 'revealDevice':
      return editor.executeCommand(commands.revealDevice, message.device)
    case 'openExecution':
      return openDocument({ type: 'execution', job, device: message.device })
    case 'cspViolation':
      host.log.error(`progress panel: content policy: ${message.text}`)
      return Promise.resolve()
    default:
      return feed.receive(message).catch((error: unknown) => host.log.error(`progress panel: ${String(error)}`))
  }
}

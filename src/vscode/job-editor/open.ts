import { commands, Disposable, l10n, Uri, ViewColumn, window, type WebviewPanel } from 'vscode'
import type { JobDraft } from '../../shared/job-draft.ts'
import type { Host } from '../host.ts'
import { panelOptions, panelPage } from '../panel-page.ts'
import { wakePanel } from '../sleeping-tab.ts'
import { fileSource } from './file-source.ts'
import { newSource } from './new-source.ts'
import { EditorSession } from './session.ts'
import type { DraftSource } from './source.ts'
import { viewType } from './view-type.ts'

/** The editor of a new job that was opened or brought back last. */
let latest: WebviewPanel | undefined

/**
 * See `JobEditorPanel`. Asked for a new job of which nothing is known, it shows the one that is being written already.
 */
export async function openJobEditor(host: Host, init?: Partial<JobDraft> | Uri): Promise<void> {
  if (init instanceof Uri) return void (await commands.executeCommand('vscode.openWith', init, viewType))
  const title = l10n.t('New Job')
  const open = init === undefined ? (latest ?? (await wakePanel(viewType, title, 0, () => latest))) : undefined
  if (open !== undefined) return open.reveal()
  // Kept while hidden: a document that is being written has its own undo, which nothing else could bring back.
  const options = { ...panelOptions(host.extensionUri), retainContextWhenHidden: true }
  openNew(host, window.createWebviewPanel(viewType, title, ViewColumn.Active, options), init)
}

/** See `JobEditorPanel`. */
export function registerJobEditor(host: Host): Disposable {
  return Disposable.from(
    window.registerWebviewPanelSerializer(viewType, {
      deserializeWebviewPanel: async (panel, state: unknown) => openNew(host, panel, undefined, idOf(state)),
    }),
    window.registerCustomEditorProvider(
      viewType,
      {
        resolveCustomTextEditor: (document, panel) =>
          settle(host, panel, fileSource(document), document.uri.path.split('/').at(-1) ?? ''),
      },
      { webviewOptions: { retainContextWhenHidden: true }, supportsMultipleEditorsPerDocument: true },
    ),
  )
}

/** What the page keeps has the id of its editor; undefined if VS Code was gone before it had written that down. */
const idOf = (state: unknown): string | undefined => {
  const { id } = (state ?? {}) as { id?: unknown }
  return typeof id === 'string' ? id : undefined
}

function openNew(host: Host, panel: WebviewPanel, init: Partial<JobDraft> | undefined, id?: string): void {
  latest = panel
  panel.onDidDispose(() => {
    if (latest === panel) latest = undefined
  })
  const icon = (theme: string) => Uri.joinPath(host.extensionUri, 'media', `job-${theme}.svg`)
  panel.iconPath = { light: icon('light'), dark: icon('dark') }
  settle(host, panel, newSource(host, init, id), l10n.t('New Job'))
}

function settle(host: Host, panel: WebviewPanel, source: DraftSource, title: string): void {
  const session = new EditorSession(host, panel, source)
  panel.onDidDispose(() => session.dispose())
  panel.webview.options = panelOptions(host.extensionUri)
  panel.webview.html = panelPage(panel.webview, host.extensionUri, 'job-editor', title)
}

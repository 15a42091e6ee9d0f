import { randomBytes } from 'node:crypto'
import { l10n, Uri, ViewColumn, window, type ExtensionContext, type Webview } from 'vscode'

/** Opens the job editor beside nothing else. */
export function openJobEditor({ extensionUri }: ExtensionContext): void {
  const root = Uri.joinPath(extensionUri, 'dist', 'webview')
  const panel = window.createWebviewPanel('iotHub.jobEditor', l10n.t('New Job'), ViewColumn.Active, { enableScripts: true, localResourceRoots: [root] })
  panel.webview.html = page(panel.webview, root)
}

function page(webview: Webview, root: Uri): string {
  const nonce = randomBytes(16).toString('base64')
  const source = webview.cspSource
  const asset = (name: string) => String(webview.asWebviewUri(Uri.joinPath(root, name)))
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source} 'unsafe-inline'`,
    `font-src ${source} data:`,
    `img-src ${source} data:`,
    `connect-src ${source}`,
    'worker-src blob:',
  ].join('; ')
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <link rel="stylesheet" href="${asset('job-editor.css')}">
    <style>#document { height: 300px }</style>
  </head>
  <body>
    <div id="document"></div>
    <script nonce="${nonce}" src="${asset('job-editor.js')}"></script>
  </body>
</html>`
}

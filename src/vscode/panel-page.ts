import { randomBytes } from 'node:crypto'
import { env, Uri, type Webview, type WebviewOptions } from 'vscode'

const folder = (extensionUri: Uri): Uri => Uri.joinPath(extensionUri, 'dist', 'webview')

/** A panel may run its script and read the files that came with the extension, nothing else. */
export const panelOptions = (extensionUri: Uri): WebviewOptions => ({ enableScripts: true, localResourceRoots: [folder(extensionUri)] })

/**
 * The page around `dist/webview/<name>.js` and `.css`. Scripts run only with this page's nonce. `monaco` lets in what Monaco needs:
 * inline styles, which it writes, and workers from blobs, as a webview can start no others.
 */
export function panelPage(webview: Webview, extensionUri: Uri, name: string, title: string, { monaco = true } = {}): string {
  const nonce = randomBytes(16).toString('base64')
  const source = webview.cspSource
  const asset = (file: string) => String(webview.asWebviewUri(Uri.joinPath(folder(extensionUri), file)))
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source}${monaco ? " 'unsafe-inline'" : ''}`,
    `font-src ${source} data:`,
    `img-src ${source} data:`,
    ...(monaco ? [`connect-src ${source}`, 'worker-src blob:'] : []),
  ].join('; ')
  return `<!DOCTYPE html>
<html lang="${env.language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <title>${title.replace(/[&<]/g, (sign) => (sign === '&' ? '&amp;' : '&lt;'))}</title>
    <link rel="stylesheet" href="${asset('codicon.css')}" id="vscode-codicon-stylesheet">
    <link rel="stylesheet" href="${asset(`${name}.css`)}">
  </head>
  <body>
    <script nonce="${nonce}" src="${asset(`${name}.js`)}"></script>
  </body>
</html>`
}

import { randomBytes } from 'node:crypto'
import { env, Uri, type Webview, type WebviewOptions } from 'vscode'
import { panelHtml } from './panel-html.ts'

const folder = (extensionUri: Uri): Uri => Uri.joinPath(extensionUri, 'dist', 'webview')

/** A panel may run its script and read the files that came with the extension, nothing else. */
export const panelOptions = (extensionUri: Uri): WebviewOptions => ({
  enableScripts: true,
  localResourceRoots: [folder(extensionUri)],
})

/** The page around `dist/webview/<name>.js` and `.css`. */
export function panelPage(
  webview: Webview,
  extensionUri: Uri,
  name: string,
  title: string,
  { monaco = true } = {},
): string {
  const asset = (file: string) => String(webview.asWebviewUri(Uri.joinPath(folder(extensionUri), file)))
  return panelHtml({
    name,
    title,
    monaco,
    asset,
    language: env.language,
    source: webview.cspSource,
    nonce: randomBytes(16).toString('base64'),
  })
}

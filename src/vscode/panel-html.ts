/** What a panel's page is made of. */
export interface PanelHtml {
  /** `dist/webview/<name>.js` and `.css`. */
  name: string
  title: string
  language: string
  /** Where assets come from, as a source of a content policy. */
  source: string
  /** The address of a file of `dist/webview`. */
  asset(file: string): string
  nonce: string
  /**
   * Lets in what Monaco needs: inline styles, which it writes, and workers from blobs, as a webview can start no
   * others.
   */
  monaco: boolean
}

/**
 * The page of a panel. Scripts run only with its nonce, and so do the few styles that the toolkit writes: it reads it
 * from the `meta`.
 */
export function panelHtml({ name, title, language, source, asset, nonce, monaco }: PanelHtml): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source} ${monaco ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    `font-src ${source} data:`,
    `img-src ${source} data:`,
    ...(monaco ? [`connect-src ${source}`, 'worker-src blob:'] : []),
  ].join('; ')
  return `<!DOCTYPE html>
<html lang="${language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta property="csp-nonce" content="${nonce}">
    <title>${title.replace(/[&<]/g, (sign) => (sign === '&' ? '&amp;' : '&lt;'))}</title>
    <link rel="stylesheet" href="${asset('codicon.css')}" id="vscode-codicon-stylesheet">
    <link rel="stylesheet" href="${asset(`${name}.css`)}">
  </head>
  <body>
    <script nonce="${nonce}" src="${asset(`${name}.js`)}"></script>
  </body>
</html>`
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { root } from './folders.ts'
import { soon } from './soon.ts'

export type Theme = 'dark' | 'light' | 'hc-dark' | 'hc-light'

export interface PanelOptions {
  /** As in dist/webview. */
  name: string
  theme?: Theme
  width?: number
  height?: number
  /** What the page has kept from an earlier life. */
  saved?: unknown
  language?: string
}

type Message = { type: string }

/** A webview's page on its own, with VS Code's policy, theme variables and API around it, but without VS Code: quick, and easy to look at. */
export interface Panel<To extends Message, From extends Message> {
  page: Page
  /** Says something as the host. */
  send(message: To): Promise<void>
  /** What the page has told the host so far. */
  told(): Promise<From[]>
  /** The next message of a type that has not been heard yet. */
  hear<T extends From['type']>(type: T): Promise<Extract<From, { type: T }>>
  saved(): Promise<unknown>
  setTheme(theme: Theme): Promise<void>
  /** Violated policies, uncaught errors and errors on the console. */
  problems: string[]
}

// Two origins that do not exist, as in VS Code: one for the page, one for its files.
const origin = 'https://panel.test'
const assets = 'https://assets.test'
const themes = JSON.parse(readFileSync(join(import.meta.dirname, 'themes.json'), 'utf8')) as Record<Theme, { kind: string; colors: Record<string, string> }>

export async function openPanel<To extends Message, From extends Message>(browser: Browser, { name, theme = 'dark', width = 1000, height = 800, saved, language = 'en' }: PanelOptions): Promise<Panel<To, From>> {
  const page = await browser.newPage({ viewport: { width, height } })
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.stack ?? error.message))
  page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())))
  await page.route(`${assets}/**`, (route) => route.fulfill({ path: join(root, 'dist', 'webview', new URL(route.request().url()).pathname), headers: { 'access-control-allow-origin': '*' } }))
  await page.route(`${origin}/**`, (route) => route.fulfill({ contentType: 'text/html', body: html(name, theme, saved, language) }))
  await page.goto(`${origin}/`)
  let heard = 0
  const told = () => page.evaluate(() => (window as unknown as { told: unknown[] }).told) as Promise<From[]>
  return {
    page,
    problems,
    told,
    send: (message) => page.evaluate((data) => window.dispatchEvent(new MessageEvent('message', { data })), message).then(() => undefined),
    hear: <T extends From['type']>(type: T) =>
      soon(`the page says ${type}`, async () => {
        const all = await told()
        const index = all.findIndex((message, at) => at >= heard && message.type === type)
        if (index < 0) return undefined
        heard = index + 1
        return all[index] as Extract<From, { type: T }>
      }),
    saved: () => page.evaluate(() => (window as unknown as { kept: unknown }).kept),
    setTheme: (next) => page.evaluate(([kind, style]) => {
      document.documentElement.setAttribute('style', style)
      document.body.dataset['vscodeThemeKind'] = kind
      document.body.className = kind
    }, [themes[next].kind, styleOf(next)] as const),
  }
}

const styleOf = (theme: Theme): string => Object.entries(themes[theme].colors).map(([id, value]) => `--vscode-${id}: ${value}`).join('; ')

function html(name: string, theme: Theme, saved: unknown, language: string): string {
  const policy = [
    "default-src 'none'",
    "script-src 'nonce-N'",
    `style-src ${assets} 'unsafe-inline'`,
    `font-src ${assets} data:`,
    `img-src ${assets} data:`,
    `connect-src ${assets}`,
    'worker-src blob:',
  ].join('; ')
  const api = `
    globalThis.__name ??= (named) => named
    window.told = []
    window.kept = ${JSON.stringify(saved) ?? 'undefined'}
    document.addEventListener('securitypolicyviolation', (event) => console.error(event.effectiveDirective + ' refused ' + event.blockedURI))
    window.acquireVsCodeApi = () => ({
      postMessage: (message) => void window.told.push(structuredClone(message)),
      getState: () => window.kept,
      setState: (state) => (window.kept = structuredClone(state)),
    })`
  return `<!DOCTYPE html>
<html lang="${language}" style="${styleOf(theme).replaceAll('"', '&quot;')}">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <link rel="stylesheet" href="${assets}/codicon.css" id="vscode-codicon-stylesheet">
    <link rel="stylesheet" href="${assets}/${name}.css">
  </head>
  <body class="${themes[theme].kind}" data-vscode-theme-kind="${themes[theme].kind}">
    <script nonce="N">${api}</script>
    <script nonce="N" src="${assets}/${name}.js"></script>
  </body>
</html>`
}

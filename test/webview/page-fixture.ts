import { existsSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { panelHtml } from '../../src/vscode/panel-html.ts'
import { root } from '../vscode/rig/folders.ts'
import themes from './themes.json' with { type: 'json' }

export type Theme = keyof typeof themes

export interface PageFixtureOptions {
  /** `dist/webview/<name>.js`. */
  name: string
  theme?: Theme
  width?: number
  height?: number
  language?: string
  monaco?: boolean
  /** What the page finds as kept by a page before it. */
  state?: unknown
  /** Called with what the page posts. */
  onMessage(message: unknown): void
}

/** A panel's real page with its real content policy in a browser, with VS Code's variables but without VS Code. */
export interface PageFixture {
  page: Page
  /** As the host's `postMessage`. */
  send(message: unknown): Promise<void>
  /** Policy violations, uncaught errors and console errors so far. */
  problems: string[]
}

const assets = 'https://assets.invalid'
const types: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' }

/** Opens a panel; asset and page origins differ, as they do in VS Code. */
export async function openPage(browser: Browser, options: PageFixtureOptions): Promise<PageFixture> {
  const { name, theme = 'dark', width = 1100, height = 800, language = 'en', monaco = false, state } = options
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' })
  const problems: string[] = []
  await context.route(`${assets}/**`, (route) => {
    const file = join(root, 'dist', 'webview', new URL(route.request().url()).pathname)
    if (!existsSync(file)) return route.fulfill({ status: 404 })
    return route.fulfill({
      body: readFileSync(file),
      contentType: types[extname(file)] ?? 'text/plain',
      headers: { 'access-control-allow-origin': '*' },
    })
  })
  const { kind, vars } = themes[theme]
  const html = panelHtml({
    name,
    title: name,
    language,
    monaco,
    source: assets,
    nonce: 'bm9uY2U=',
    asset: (file) => `${assets}/${file}`,
  })
  // VS Code writes its variables and default styles before the policy, so that it does not meet them.
  const style = Object.entries(vars)
    .map(([variable, value]) => `${variable}: ${value}`)
    .join('; ')
    .replaceAll('"', '&quot;')
  const body = html
    .replace('<html', `<html style="${style}"`)
    .replace('<body>', `<body class="${kind}" data-vscode-theme-kind="${kind}">`)
  await context.route('https://panel.invalid/', (route) => route.fulfill({ body, contentType: 'text/html' }))
  await context.exposeBinding('stagePost', (_, message: unknown) => options.onMessage(message))
  await context.exposeBinding('stageProblem', (_, text: string) => void problems.push(text))
  // tsx marks named functions with a helper of its own, which pages do not have.
  await context.addInitScript('globalThis.__name ??= (named) => named')
  await context.addInitScript((kept) => {
    const own = window as unknown as Record<string, (value: unknown) => void> & { acquireVsCodeApi: unknown }
    let saved: unknown = JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? kept
    own.acquireVsCodeApi = () => ({
      postMessage: (message: unknown) => own['stagePost']!(message),
      getState: () => saved ?? undefined,
      setState: (value: unknown) => {
        saved = value
        sessionStorage.setItem('state', JSON.stringify(value))
      },
    })
    document.addEventListener('securitypolicyviolation', (event) =>
      own['stageProblem']!(`policy: ${event.effectiveDirective} refused ${event.blockedURI} ${event.sample}`),
    )
    window.addEventListener('error', ({ message }) => own['stageProblem']!(`error: ${message}`))
    window.addEventListener('unhandledrejection', ({ reason }) => own['stageProblem']!(`rejection: ${String(reason)}`))
  }, state)
  const page = await context.newPage()
  page.on('console', (message) => void (message.type() === 'error' && problems.push(`console: ${message.text()}`)))
  await page.goto('https://panel.invalid/')
  return { page, problems, send: (message) => page.evaluate((sent) => window.postMessage(sent), message) }
}

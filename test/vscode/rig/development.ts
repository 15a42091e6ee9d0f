import type { Page } from 'playwright-core'

/** What a window is to test: URIs of the extension's folder and of the module whose `run()` is called. */
export interface Tests {
  extension: string
  suite: string
}

/**
 * Has the workbench develop an extension and run tests in its extension host, by its own option for that, which
 * code-server does not pass on: so it goes into the configuration that the page brings along. The page's parameter
 * `payload` can say the same, but newer editors, once built, heed that in their own smoke tests only.
 */
export async function developWith(page: Page, { extension, suite }: Tests): Promise<void> {
  await page.addInitScript(configure, { extensions: [partsOf(extension)], extensionTestsPath: partsOf(suite) })
}

/** A URI as the workbench revives it. */
function partsOf(uri: string): object {
  const { protocol, host, pathname } = new URL(uri)
  return { scheme: protocol.slice(0, -1), authority: host, path: decodeURIComponent(pathname) }
}

/** Runs inside the page: when it has been read, and before its modules run. */
function configure(developmentOptions: object): void {
  if (window !== window.top) return
  const place = (): void => {
    const meta = document.getElementById('vscode-workbench-web-configuration')
    if (meta === null) return
    const configuration = JSON.parse(meta.dataset['settings']!) as { developmentOptions?: object }
    const developed = { ...configuration.developmentOptions, ...developmentOptions }
    meta.dataset['settings'] = JSON.stringify({ ...configuration, developmentOptions: developed })
  }
  document.addEventListener('readystatechange', place, { once: true })
}

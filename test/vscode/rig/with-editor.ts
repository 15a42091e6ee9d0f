import type { Browser } from 'playwright-core'
import { launchChromium } from './chromium.ts'
import { startServer, type Server, type ServerOptions } from './code-server.ts'

/** Starts an editor and a browser for it, and ends both whatever happens. */
export async function withEditor<T>(
  options: ServerOptions,
  use: (browser: Browser, server: Server) => Promise<T>,
): Promise<T> {
  const server = await startServer(options)
  try {
    const browser = await launchChromium()
    try {
      return await use(browser, server)
    } finally {
      await browser.close()
    }
  } finally {
    await server.stop()
  }
}

import { chromium, type Browser } from 'playwright-core'
import { onPath } from './on-path.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** Starts the machine's own Chromium, headless; IOT_HUB_TEST_CHROMIUM names another. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['IOT_HUB_TEST_CHROMIUM'] ?? findChromium(),
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    // The sandbox needs rights that containers withhold; the only pages opened are our own.
    chromiumSandbox: false,
  })
}

function findChromium(): string {
  const found = onPath(...names)
  if (found === undefined)
    throw new Error(
      'there is no Chromium on the PATH: install Debian’s package chromium, or name one in IOT_HUB_TEST_CHROMIUM',
    )
  return found
}

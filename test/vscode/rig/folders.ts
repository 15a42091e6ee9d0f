import { homedir } from 'node:os'
import { join } from 'node:path'

/** The repository. */
export const root = join(import.meta.dirname, '..', '..', '..')

/** Where the VSIX of `npm run package` lies. */
export const vsix = join(root, 'dist', 'local-iot-hub.vsix')

/** The bundled mocha suite, with its `run()`. */
export const suite = join(root, 'dist', 'test', 'suite', 'index.cjs')

/** Where a downloaded VS Code is kept between runs; IOT_HUB_TEST_CACHE overrides. */
export const cacheFolder = () =>
  process.env['IOT_HUB_TEST_CACHE'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'local-iot-hub-test')

/** Screenshots, and what failed runs leave behind; IOT_HUB_TEST_OUTPUT overrides. */
export const outputFolder = () => process.env['IOT_HUB_TEST_OUTPUT'] ?? join(root, 'dist', 'test', 'output')

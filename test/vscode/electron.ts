// The mocha suite in a desktop VS Code of the oldest version that the extension supports, or in the one that
// VSCODE_VERSION names.
import { join } from 'node:path'
import { runTests } from '@vscode/test-electron'
import { cacheFolder, root, suite } from './rig/folders.ts'
import { temporaryFolder } from './rig/leavings.ts'

const { path: home, remove } = temporaryFolder('iot-hub-desktop-')
try {
  process.exitCode = await runTests({
    version: process.env['VSCODE_VERSION'] ?? '1.100.3',
    cachePath: join(cacheFolder(), 'desktop'),
    extensionDevelopmentPath: root,
    extensionTestsPath: suite,
    launchArgs: [
      home,
      '--user-data-dir',
      join(home, 'user'),
      '--extensions-dir',
      join(home, 'extensions'),
      '--disable-workspace-trust',
      '--disable-gpu',
    ],
  })
} finally {
  remove()
}

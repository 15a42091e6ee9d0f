import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { soon } from '../vscode/rig/soon.ts'
import { story } from '../vscode/rig/story.ts'
import type { EditorWindow } from '../vscode/rig/window.ts'
import { deviceFolder, runDevice } from './device-program.ts'
import { freePorts, openSidebar, portsOf, startHub } from './hub.ts'
import { JobEditor } from './job-editor.ts'
import { ProgressPanel } from './progress-panel.ts'

const name = 'from an empty workspace to a job that a real SDK has done, and all is there after a reload'

story(
  name,
  async ({ window, server }) => {
    const { mqtts } = await startHub(window)
    const board = deviceFolder()
    await connectByHand(window, board.path)
    const device = runDevice(board, 'device.mjs')
    try {
      await window.treeItem('Device washer-1 is online').waitFor()
      assert.match(device.output(), /^connected/)

      await writeJob(window)
      await everythingIsThere(window)
      assert.match(device.output(), /job reboot-1 \{ operation: 'reboot' \}/)

      // The hub ends with the window and comes back with it; where it was, the device finds it again.
      server.changeSettings({ 'iotHub.mqtts': mqtts })
      await window.notification('The changed settings hold when the hub is started again.').waitFor()
      await window.reload()
      assert.equal((await portsOf(window)).mqtts, mqtts)
      await openSidebar(window)
      await everythingIsThere(window)
      await window.treeItem('Device washer-1 is online').waitFor({ timeout: 60_000 })
    } catch (error) {
      console.log(`the device said:\n${device.output()}`)
      throw error
    } finally {
      await device.stop()
      board.remove()
    }
  },
  { workspaceSettings: freePorts, timeout: 300_000 },
)

/** “Connect a Device”: its program and its keys go to a folder together. */
async function connectByHand(window: EditorWindow, folder: string): Promise<void> {
  await window.page.locator('.welcome-view').getByRole('button', { name: 'Connect a Device' }).click()
  await window.choice('AWS IoT').click()
  await window.choice('New device…').waitFor()
  await window.type('washer-1')
  await window.choice('New device “washer-1”').click()
  await window.choice('Node.js: aws-iot-device-sdk-v2').click()
  await window.nameFile('Folder for the code and keys of washer-1', folder)
  await window.notification('Secret, and therefore in .gitignore: private.pem.key').waitFor()
  await window.tab(/^device\.mjs/).waitFor()
  assert.deepEqual(readdirSync(folder).sort(), [
    '.gitignore',
    'ca.pem',
    'device.mjs',
    'device.pem.crt',
    'node_modules',
    'private.pem.key',
  ])
  assert.match(readFileSync(join(folder, '.gitignore'), 'utf8'), /^\/private\.pem\.key$/m)
  assert.equal(statSync(join(folder, 'private.pem.key')).mode & 0o777, 0o600)
}

async function writeJob(window: EditorWindow): Promise<void> {
  await window.runCommand('IoT Hub: Create Job')
  const editor = await JobEditor.in(window)
  await editor.name.fill('reboot-1')
  await editor.chooseDevice('washer-1')
  await editor.writeDocument('{ "operation": reboot }')
  await editor.squiggles.first().waitFor()
  await soon('the document is what is wrong', async () => (await editor.footer()).includes('1 problem'))
  assert.equal(await editor.create.isDisabled(), true)
  await editor.writeDocument('{ "operation": 5 }')
  await soon('there is advice on the document', async () => (await editor.footer()).includes('1 warning'))
  assert.equal(await editor.create.isEnabled(), true, 'advice is in nobody’s way')

  await editor.useTemplate('Reboot')
  await editor.ready()
  assert.deepEqual(JSON.parse(await editor.document()), { operation: 'reboot' })
  await soon('nothing is underlined', async () => (await editor.squiggles.count()) === 0)
  await editor.create.click()
}

/** Tree and panel show the job done. */
async function everythingIsThere(window: EditorWindow): Promise<void> {
  const panel = await ProgressPanel.in(window)
  await panel.reaches(100)
  await panel.row('washer-1').getByText('succeeded').waitFor()
  await window.treeItem('Job reboot-1 is completed: 1 of 1 device succeeded, 0 failed').waitFor()
}

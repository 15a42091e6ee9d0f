import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { soon } from '../vscode/rig/soon.ts'
import { story } from '../vscode/rig/story.ts'
import { temporaryFolder } from '../vscode/rig/leavings.ts'
import { freePorts, startHub } from './hub.ts'

story(
  'keys are made when they are wanted, and what lets a device in is seen and revoked',
  async ({ window }) => {
    const { mqtts } = await startHub(window)
    const { path: folder, remove } = temporaryFolder('iot-hub-keys-')
    const twistie = (name: string | RegExp) => window.treeItem(name).locator('.monaco-tl-twistie').first()
    const certificates = window.treeItem(/^Certificate \w{8} of pump/)
    try {
      await window.runCommand('IoT Hub: Connect a Device')
      await window.choice('AWS IoT').click()
      await window.choice('New device…').waitFor()
      await window.type('pump')
      await window.choice('New device “pump”').click()
      await window.choice('Path of the hub’s CA certificate').click()
      await window.choice('Python: awsiotsdk').waitFor()
      await window.page.keyboard.press('Escape')
      await twistie('Device pump is offline').click()
      await twistie('Credentials').click()
      await soon(
        'it is known that there are none',
        async () => (await window.treeItem('Credentials').getAttribute('aria-expanded')) !== 'false',
      )
      assert.equal(await certificates.count(), 0, 'who only looked has made none')

      await window.runCommand('IoT Hub: Connect a Device')
      await window.choice('AWS IoT').click()
      await window.choice('pump').click()
      await window.choice('Only the keys and certificates…').click()
      await window.nameFile('Folder for the code and keys of pump', folder)
      await window.notification('Secret, and therefore in .gitignore: private.pem.key').waitFor()
      await certificates.waitFor()
      const read = (name: string) => readFileSync(join(folder, name))
      const credentials = { ca: read('ca.pem'), cert: read('device.pem.crt'), key: read('private.pem.key') }
      const device = await connectAsync(`mqtts://localhost:${mqtts}`, {
        clientId: 'pump',
        reconnectPeriod: 0,
        ...credentials,
      })
      const gone = new Promise<void>((resolve) => device.once('close', () => resolve()))
      await window.treeItem('Device pump is online').waitFor()

      await certificates.hover()
      await certificates.getByRole('button', { name: /^Revoke/ }).click()
      await window.page.getByRole('dialog').getByText('who came in by it is sent away').waitFor()
      await window.page.getByRole('dialog').getByRole('button', { name: 'Revoke Credential', exact: true }).click()
      await gone
      await window.treeItem(/^Certificate \w{8} of pump: revoked/).waitFor()

      await certificates.hover()
      await certificates.getByRole('button', { name: /^Delete/ }).click()
      await window.page.getByRole('dialog').getByRole('button', { name: 'Delete Credential', exact: true }).click()
      await soon('it is gone', async () => (await certificates.count()) === 0)
    } finally {
      remove()
    }
  },
  { workspaceSettings: freePorts },
)

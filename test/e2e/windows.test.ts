import assert from 'node:assert/strict'
import { connectAsync } from 'mqtt'
import { freePort } from '../../src/vscode/life/free-port.ts'
import { story } from '../vscode/rig/story.ts'

const mqtt = await freePort('127.0.0.1', 21_000)
const ports = { 'iotHub.mqtt': mqtt, 'iotHub.mqtts': 0, 'iotHub.http': 0, 'iotHub.https': 0 }

story(
  'a second window finds the hub of the first, and a reload brings everything back',
  async ({ window, openWindow }) => {
    await window.tab('IoT Hub').first().click()
    await window.runCommand('IoT Hub: Start Hub')
    await window.statusItem(String(mqtt)).waitFor()
    const device = await connectAsync(`mqtt://127.0.0.1:${mqtt}`, { clientId: 'traveller', reconnectPeriod: 0 })
    await window.treeItem('Device traveller is online').waitFor()

    const second = await openWindow()
    await second.tab('IoT Hub').first().click()
    await second.treeItem('Device traveller is online').waitFor()
    await device.endAsync()
    await second.treeItem('Device traveller is offline').waitFor()
    await second.close()

    await window.reload()
    await window.statusItem(String(mqtt)).waitFor()
    await window.treeItem('Device traveller is offline').waitFor()
  },
  { settings: ports },
)

story(
  'an untrusted folder can be looked at, but starts no hub',
  async ({ window }) => {
    await window.page.getByRole('button', { name: 'No, I don' }).click()
    await window.tab('IoT Hub').first().click()
    await window.runCommand('IoT Hub: Start Hub')
    await window.notification('it starts only in a workspace that you trust').waitFor()
    assert.equal(await window.statusItem(String(mqtt)).count(), 0)
  },
  { settings: ports, trust: true },
)

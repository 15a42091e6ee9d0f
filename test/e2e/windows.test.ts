import assert from 'node:assert/strict'
import { freePort } from '../../src/vscode/hub-session/free-port.ts'
import { connectDevice } from '../builders/listening-device.ts'
import { freePorts, startHub } from './hub.ts'
import { JobEditor } from './job-editor.ts'
import { ProgressPanel } from './progress-panel.ts'
import { story } from '../vscode/rig/story.ts'

const mqtt = await freePort('127.0.0.1', 21_000)
const ports = { 'iotHub.mqtt': mqtt, 'iotHub.mqtts': 0, 'iotHub.http': 0, 'iotHub.https': 0 }

story(
  'a second window finds the hub of the first, and a reload brings everything back',
  async ({ window, openWindow }) => {
    await window.tab('IoT Hub').first().click()
    await window.runCommand('IoT Hub: Start Hub')
    await window.statusItem(String(mqtt)).waitFor()
    const device = await connectDevice(mqtt, 'traveller')
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
  'a panel whose tab lay behind another at a reload is woken, not opened a second time',
  async ({ window }) => {
    const { mqtt: port } = await startHub(window)
    const device = await connectDevice(port, 'lamp')
    await window.treeItem('Device lamp is online').waitFor()
    await window.runCommand('IoT Hub: Create Job')
    const editor = await JobEditor.in(window)
    await editor.name.fill('glow')
    await editor.chooseDevice('lamp')
    await editor.ready()
    await editor.create.click()
    await ProgressPanel.in(window)
    await window.runCommand('IoT Hub: Create Job')
    await JobEditor.in(window)
    await device.endAsync()
    await window.runCommand('File: New Untitled Text File')
    await window.reload()

    await window.treeItem('Job glow is').click()
    await (await ProgressPanel.in(window)).row('lamp').waitFor()
    assert.equal(await window.tab(/^glow/).count(), 1)
    await window.runCommand('IoT Hub: Create Job')
    const again = await JobEditor.in(window)
    assert.equal(await window.tab(/^New Job/).count(), 1)

    await again.frame.locator('.monaco-editor .view-lines').first().click()
    await window.page.keyboard.press('F1')
    await window.page.locator('.quick-input-widget:visible').waitFor()
    assert.equal(await again.frame.locator('.quick-input-widget:visible').count(), 0, 'the palette is the window’s')
  },
  { settings: freePorts },
)

story(
  'a hub goes on in another window, on the same ports, when the one that started it leaves the folder',
  async ({ window, openWindow }) => {
    await window.tab('IoT Hub').first().click()
    await window.runCommand('IoT Hub: Start Hub')
    await window.statusItem(String(mqtt)).waitFor()
    await (await connectDevice(mqtt, 'traveller')).endAsync()
    const second = await openWindow()
    await second.tab('IoT Hub').first().click()
    const item = second.statusItem(String(mqtt))
    await item.locator('.codicon-link').waitFor()
    await second.treeItem('Device traveller is offline').waitFor()

    await window.runCommand('Workspaces: Close Workspace')
    await item.locator('.codicon-broadcast').waitFor()
    const device = await connectDevice(mqtt, 'traveller')
    await second.treeItem('Device traveller is online').waitFor()
    await device.endAsync()
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
    await window.runCommand('IoT Hub: Create Job')
    const { frame } = await JobEditor.in(window)
    await frame.getByRole('combobox', { name: 'Cloud' }).click()
    await frame.getByRole('option', { name: 'IotHub' }).waitFor()
  },
  // Newer editors ask no more by themselves.
  { settings: { ...ports, 'security.workspace.trust.startupPrompt': 'always' }, trust: true },
)

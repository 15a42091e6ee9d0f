// Pictures of the extension at work in a real VS Code, in four themes: `npm run screenshots [-- welcome palette
// settings
// walkthrough shadow connect attention moved fleet] [--language zh-cn]`. They are to be looked at: nothing is compared.
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { freePort } from '../../src/vscode/hub-session/free-port.ts'
import { aws } from '../../src/dialect/aws/index.ts'
import { SimFleet } from '../../src/sim/fleet.ts'
import { connectAsync } from 'mqtt'
import { connectDevice } from '../builders/listening-device.ts'
import type { Server } from '../vscode/rig/code-server.ts'
import { temporaryFolder } from '../vscode/rig/leavings.ts'
import { installCodeServer } from '../vscode/rig/install.ts'
import { soon } from '../vscode/rig/soon.ts'
import { EditorWindow } from '../vscode/rig/window.ts'
import { withEditor } from '../vscode/rig/with-editor.ts'
import { freePorts, openSidebar, startHub, type Ports } from './hub.ts'
import { JobEditor } from './job-editor.ts'
import { ProgressPanel } from './progress-panel.ts'

interface Scene {
  window: EditorWindow
  server: Server
}

/** Name of the theme, and how the workbench marks itself when it wears it. */
const themes = {
  light: ['Default Light Modern', 'vs'],
  'high-contrast': ['Default High Contrast', 'hc-black'],
  'high-contrast-light': ['Default High Contrast Light', 'hc-light'],
  dark: ['Default Dark Modern', 'vs-dark'],
} as const

type Theme = keyof typeof themes

const machines = Array.from({ length: 200 }, (_, index) => `washing-machine-${String(index + 1).padStart(3, '0')}`)
const behavior = {
  odds: { fail: 0.05, reject: 0.02, hang: 0.02 },
  steps: 8,
  startMs: [500, 45_000],
  stepMs: [800, 2_500],
} as const

const {
  values: { language },
  positionals,
} = parseArgs({ allowPositionals: true, options: { language: { type: 'string' } } })
const wanted = (name: string) => positionals.length === 0 || positionals.includes(name)

/** Our words as the editor under `--language` shows them. */
const inLanguage = (english: string, chinese: string) => (language === 'zh-cn' ? chinese : english)

const program = await installCodeServer(console.log)
await withEditor({ program, ...(language !== undefined && { language }) }, async (browser, server) => {
  server.changeSettings({ ...freePorts, 'editor.minimap.enabled': false, 'editor.autoClosingBrackets': 'never' })
  const window = await EditorWindow.open(browser, server)
  const scene = { window, server }
  await window.page.setViewportSize({ width: 1440, height: 900 })
  await openSidebar(window)
  if (wanted('welcome')) await inAllThemes(scene, 'welcome')
  if (wanted('palette')) await showPalette(scene)
  if (wanted('settings')) await showSettings(scene)
  const { mqtt, mqtts } = await startHub(window)
  if (wanted('walkthrough')) await showWalkthrough(scene, mqtt)
  if (wanted('shadow')) await showShadow(scene, mqtt)
  if (wanted('connect')) await showConnect(scene, mqtt)
  if (wanted('attention')) await showAttention(scene, { mqtt, mqtts })
  if (wanted('moved')) await showMoved(scene)
  if (!wanted('fleet')) return
  const fleet = new SimFleet({
    url: `mqtt://127.0.0.1:${mqtt}`,
    names: machines,
    script: aws.jobs.deviceScript,
    behavior,
    seed: 7,
  })
  try {
    await fleet.start()
    await window.treeItem(/200 of 200 devices online/).waitFor()
    await showEditor(scene)
    await showProgress(scene)
  } finally {
    await fleet.stop()
    await window.close()
  }
})

/** What people find who type a word of theirs. */
async function showPalette(scene: Scene): Promise<void> {
  const { window } = scene
  const words =
    language === 'zh-cn' ? ['影子', '孪生', '设备', '消息', 'mqtt'] : ['shadow', 'twin', 'device', 'message', 'mqtt']
  for (const [index, word] of words.entries()) {
    await window.page.keyboard.press('F1')
    await window.type(`>${word}`)
    await window.page.locator('.quick-input-widget:visible .monaco-list-row').first().waitFor()
    await inThemes(scene, `palette-${index}`, ['dark'])
    await window.page.keyboard.press('Escape')
  }
}

async function showSettings(scene: Scene): Promise<void> {
  const { window } = scene
  await window.runCommand(inLanguage('IoT Hub: Open Settings', 'IoT Hub: 打开设置'))
  await window.page.locator('.settings-editor .setting-item-contents').first().waitFor()
  await inAllThemes(scene, 'settings')
  await window.runCommand('View: Close All Editors')
}

/** Before a device has connected, and after. */
async function showWalkthrough(scene: Scene, mqtt: number): Promise<void> {
  const { window } = scene
  await window.runCommand(inLanguage('IoT Hub: Open Walkthrough', 'IoT Hub: 打开入门演练'))
  await window.page.locator('.getting-started-step .codicon-getting-started-step-checked').first().waitFor()
  await inAllThemes(scene, 'walkthrough')
  const device = await connectDevice(mqtt, 'thermostat')
  await window.page.locator('.getting-started-step .codicon-getting-started-step-checked').nth(1).waitFor()
  await inAllThemes(scene, 'walkthrough-device')
  await device.endAsync()
  await window.runCommand('View: Close All Editors')
}

/** The hub comes back on other ports than those that devices know. */
async function showMoved(scene: Scene): Promise<void> {
  const { window, server } = scene
  const [mqtt, http] = [await freePort('127.0.0.1', 21_000), await freePort('127.0.0.1', 22_000)]
  await window.runCommand(inLanguage('IoT Hub: Stop Hub', 'IoT Hub: 停止 Hub'))
  server.changeSettings({ 'iotHub.mqtt': mqtt, 'iotHub.http': http })
  await startHub(window)
  await window.notification(inLanguage('elsewhere than last time', '与上次不同')).waitFor()
  await inAllThemes(scene, 'moved')
}

/** What a new device's program can be given, and then what lets it in. */
async function showConnect(scene: Scene, mqtt: number): Promise<void> {
  const { window } = scene
  const device = await connectDevice(mqtt, 'pump')
  const row = (text: string | RegExp) => window.page.getByRole('treeitem').filter({ hasText: text }).first()
  const { path: folder, remove } = temporaryFolder('iot-hub-pictures-')
  await row('pump').hover()
  await row('pump').getByRole('button').first().click()
  await window.choice(/Python.+awsiotsdk/).waitFor()
  await inAllThemes(scene, 'connect')
  await window.choice(/Python.+awsiotsdk/).click()
  await window.nameFile(/pump/, folder)
  await window.tab(/^device\.py/).waitFor()
  await row('pump').locator('.monaco-tl-twistie').click()
  await row(inLanguage('Credentials', '凭据')).locator('.monaco-tl-twistie').click()
  await row(/(Certificate|证书) \w{8}/).hover()
  await inAllThemes(scene, 'credentials')
  await device.endAsync()
  remove()
}

/** A client that no cloud knows, one that trusts another authority, a member that means nothing. */
async function showAttention(scene: Scene, { mqtt, mqtts }: Ports): Promise<void> {
  const { window } = scene
  const stray = { clientId: 'esp32-kitchen', username: 'admin', password: 'admin', reconnectPeriod: 0 }
  for (let times = 0; times < 3; times += 1)
    await connectAsync(`mqtt://127.0.0.1:${mqtt}`, stray).catch(() => undefined)
  await connectAsync(`mqtts://localhost:${mqtts}`, { clientId: 'pump', reconnectPeriod: 0 }).catch(() => undefined)
  const lamp = await connectDevice(mqtt, 'lamp')
  const odd = JSON.stringify({ state: { reported: { on: true } }, colour: 'red' })
  await lamp.publishAsync('$aws/things/lamp/shadow/update', odd, { qos: 1 })
  await window.page.getByRole('treeitem').filter({ hasText: 'esp32-kitchen' }).first().waitFor()
  await inAllThemes(scene, 'attention')
  await lamp.endAsync()
}

/** A thermostat that has reported and is wanted otherwise, then an edit that is refused. */
async function showShadow(scene: Scene, mqtt: number): Promise<void> {
  const { window } = scene
  const device = await connectDevice(mqtt, 'thermostat')
  const say = (state: object) =>
    device.publishAsync('$aws/things/thermostat/shadow/update', JSON.stringify({ state }), { qos: 1 })
  await say({ reported: { target: 19, mode: 'heat', firmware: '1.2.0' } })
  await say({ desired: { target: 21, mode: 'heat' } })
  const item = window.page.getByRole('treeitem').filter({ hasText: 'thermostat' })
  await item.locator('.monaco-tl-twistie').click()
  await window.page.getByRole('treeitem', { level: 3 }).first().click()
  await window.tab(/^shadow\.json/).waitFor()
  await inAllThemes(scene, 'shadow')
  await window.page.locator('.editor-instance .view-lines').first().click()
  await window.page.keyboard.press('ControlOrMeta+A')
  await window.page.keyboard.press('Delete')
  await window.page.keyboard.insertText('{ "target": 22 }')
  await window.page.keyboard.press('ControlOrMeta+S')
  await window.notification('shadow.json').waitFor()
  await inAllThemes(scene, 'shadow-refused')
  await window.runCommand('View: Revert and Close Editor')
  await device.endAsync()
}

async function showEditor(scene: Scene): Promise<void> {
  const { window } = scene
  await window.runCommand('IoT Hub: Create Job')
  const editor = await JobEditor.in(window)
  await editor.name.fill('spin-cycle-24')
  await editor.frame.getByRole('textbox', { name: 'Description' }).fill('A new run parameter for the laundry fleet')
  await editor.frame.getByRole('textbox', { name: 'Query' }).fill('thingName:washing-machine-*')
  await editor.useTemplate('Upgrade the firmware')
  await editor.ready()
  await inAllThemes(scene, 'job-editor')
  await editor.frame.getByRole('radio', { name: 'At a growing rate' }).click()
  await editor.frame.getByRole('heading', { name: 'Abort' }).scrollIntoViewIfNeeded()
  await inAllThemes(scene, 'job-editor-rollout')
  await editor.frame.getByRole('radio', { name: 'All at once' }).click()
  await editor.writeDocument('{\n  "operation": 5,\n  "files": [{ "fileName": "firmware.bin" }]\n')
  await editor.squiggles.first().waitFor()
  await editor.frame.getByRole('button', { name: /problem/ }).click()
  await inAllThemes(scene, 'job-editor-problems')
  await editor.writeDocument('{\n  "version": 2,\n  "operatingMode": "eco"\n}\n')
  await editor.frame.getByRole('button', { name: /warning/ }).waitFor()
  await inAllThemes(scene, 'job-editor-warnings')
  await editor.useTemplate('Set a run parameter on every device')
  await editor.ready()
  await editor.create.click()
}

async function showProgress(scene: Scene): Promise<void> {
  const { window } = scene
  const panel = await ProgressPanel.in(window)
  await window.treeItem('Job spin-cycle-24').locator('.monaco-tl-twistie').click()
  await window.treeItem('Device washing-machine-003').locator('.monaco-tl-twistie').click()
  await soon(
    'a good part of the machines has ended',
    async () => Number(await panel.bar.getAttribute('aria-valuenow')) >= 45,
    120_000,
  )
  await inAllThemes(scene, 'progress')
  await panel.chip('failed').click()
  await panel.grid.getByRole('row').nth(1).click()
  await panel.details.getByRole('heading').first().waitFor()
  await inAllThemes(scene, 'progress-details')
  await panel.chip('all').click()
  await panel.title('Progress').click()
  await inAllThemes(scene, 'progress-sorted')
  await window.page.setViewportSize({ width: 720, height: 900 })
  await inAllThemes(scene, 'progress-narrow')
}

/** One picture in each theme; `NAME-THEME.png`. */
function inAllThemes(scene: Scene, name: string): Promise<void> {
  return inThemes(scene, name, Object.keys(themes) as Theme[])
}

async function inThemes({ window, server }: Scene, name: string, labels: readonly Theme[]): Promise<void> {
  for (const label of labels) {
    const [theme, mark] = themes[label]
    server.changeSettings({ 'workbench.colorTheme': theme })
    await window.page.locator(`.monaco-workbench.${mark}`).waitFor()
    // Webviews are told a little later; a pointer that rests on something would light it up.
    await window.page.mouse.move(0, 0)
    await pause(700)
    console.log(await window.screenshot(`${name}-${label}`))
  }
}

import assert from 'node:assert/strict'
import { aws } from '../../src/dialect/aws/index.ts'
import { SimFleet } from '../../src/sim/fleet.ts'
import type { Behavior } from '../../src/sim/behavior.ts'
import { connectDevice } from '../builders/listening-device.ts'
import { soon } from '../vscode/rig/soon.ts'
import { story } from '../vscode/rig/story.ts'
import type { EditorWindow } from '../vscode/rig/window.ts'
import { freePorts, startHub } from './hub.ts'
import { JobEditor } from './job-editor.ts'
import { ProgressPanel } from './progress-panel.ts'

const good = names('pump-good', 20)
const bad = names('pump-bad', 5)
const swift = { steps: 2, startMs: [20, 100], stepMs: [50, 200] } satisfies Partial<Behavior>

story(
  'a fleet of which some fail: found, looked into, tried again, canceled',
  async ({ window, openWindow }) => {
    const { mqtt } = await startHub(window)
    const fleet = (devices: string[], fail: number) =>
      new SimFleet({
        url: `mqtt://127.0.0.1:${mqtt}`,
        names: devices,
        script: aws.jobs.deviceScript,
        behavior: { ...swift, odds: { fail, reject: 0, hang: 0 } },
      })
    const reliable = fleet(good, 0)
    const broken = fleet(bad, 1)
    const mended = fleet(bad, 0)
    try {
      await Promise.all([reliable.start(), broken.start()])
      await window.treeItem('AWS IoT Core: 25 of 25 devices online').waitFor()

      await writeJob(window, 'update-1', 25)
      const panel = await ProgressPanel.in(window)
      await panel.reaches(100)
      assert.deepEqual([await panel.count('succeeded'), await panel.count('failed')], [20, 5])
      await window.treeItem('Job update-1 is completed with failures: 20 of 25 devices succeeded, 5 failed').waitFor()

      await window.treeItem('Device pump-bad-3 is failed').waitFor()
      await panel.chip('failed').click()
      await soon(
        'only those that failed are shown',
        async () => (await panel.grid.getAttribute('aria-rowcount')) === '6',
      )
      await panel.row('pump-bad-3').click()
      await panel.details.getByRole('heading', { name: 'pump-bad-3' }).waitFor()
      await panel.details.getByText('jobs/update-1/update', { exact: false }).first().waitFor()
      await window.screenshot('failed-device')

      await panel.chip('all').click()
      await panel.title('Device').click()
      await panel.title('Device').click()
      await soon('the last name comes first', async () =>
        (await panel.grid.locator('[aria-rowindex="2"]').innerText()).includes('pump-good-9'),
      )
      await panel.row('pump-good-9').click({ button: 'right' })
      // A menu takes no click in the moment in which it opens.
      await window.page.getByRole('menuitem', { name: 'Show Device in the Tree' }).hover()
      await window.page.keyboard.press('Enter')
      await isSelected(window, 'Device pump-good-9 is online')
      await panel.details.getByRole('button', { name: 'Show in Tree' }).click()
      await isSelected(window, 'Device pump-bad-3 is failed')

      // Mended firmware comes back under the same names.
      await broken.stop()
      await mended.start()
      await panel.button('Retry Failed').click()
      await soon('all have succeeded', async () => (await panel.count('succeeded')) === 25)
      await window.treeItem('Job update-1 is completed: 25 of 25 devices succeeded, 0 failed').waitFor()
      await window.treeItem('Device pump-bad-3 is online').waitFor()

      await Promise.all([reliable.stop(), mended.stop()])
      await window.treeItem('AWS IoT Core: 0 of 25 devices online').waitFor()
      await writeJob(window, 'update-2', 25)
      await cancelJob(window)

      const second = await openWindow()
      await second.runCommand('View: Show IoT Hub')
      await second.treeItem('AWS IoT Core: 0 of 25 devices online').waitFor()
      await second.treeItem('Job update-1 is completed: 25 of 25 devices succeeded, 0 failed').click()
      const seen = await ProgressPanel.in(second)
      await seen.reaches(100)
      assert.equal(await seen.count('succeeded'), 25)
    } finally {
      await Promise.all([reliable, broken, mended].map((some) => some.stop()))
    }
  },
  { workspaceSettings: freePorts, timeout: 300_000 },
)

story(
  'a shadow is edited as a document: the device hears of it, and nobody’s edit is overwritten unseen',
  async ({ window }) => {
    const { mqtt } = await startHub(window)
    const device = await connectDevice(mqtt, 'lamp')
    const heard: unknown[] = []
    device.on('message', (_, payload) => heard.push(JSON.parse(payload.toString())))
    await device.subscribeAsync('$aws/things/lamp/shadow/update/delta')
    try {
      await window.treeItem('Device lamp is online').waitFor()
      await window.runCommand('IoT Hub: Open Device Shadow')
      await window.choice('lamp').click()
      await window.tab(/^shadow\.json/).waitFor()
      await rewrite(window, '{ "state": { "desired": { "color": "red" } } }')
      await soon('the device hears what is desired', () => heard.some((delta) => stateOf(delta)['color'] === 'red'))

      await rewrite(window, '{ "state": { "desired": { "color": "blue" } } }', async () => {
        await device.publishAsync(
          '$aws/things/lamp/shadow/update',
          JSON.stringify({ state: { desired: { color: 'green' } } }),
          { qos: 1 },
        )
      })
      const conflict = window.notification('The desired state of lamp was changed by somebody else')
      await conflict.waitFor()
      assert.equal(
        heard.some((delta) => stateOf(delta)['color'] === 'blue'),
        false,
      )
      await conflict.getByRole('button', { name: 'Overwrite' }).click()
      await soon('the device hears what was meant', () => heard.some((delta) => stateOf(delta)['color'] === 'blue'))
    } finally {
      await device.endAsync()
    }
  },
  { workspaceSettings: { ...freePorts, 'editor.autoClosingBrackets': 'never' } },
)

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`)
}

async function writeJob(window: EditorWindow, name: string, matches: number): Promise<void> {
  await window.runCommand('IoT Hub: Create Job')
  const editor = await JobEditor.in(window)
  await editor.name.fill(name)
  await editor.frame.getByRole('textbox', { name: 'Query' }).fill('thingName:pump-*')
  await editor.frame.getByText(`Matches ${matches} devices`).waitFor()
  await editor.useTemplate('Set a run parameter on every device')
  await editor.ready()
  await editor.create.click()
}

const isSelected = (window: EditorWindow, name: string): Promise<true> =>
  soon(`“${name}” is selected`, async () => (await window.treeItem(name).getAttribute('aria-selected')) === 'true')

async function cancelJob(window: EditorWindow): Promise<void> {
  const panel = await ProgressPanel.in(window)
  const cancel = panel.button('Cancel Job')
  await cancel.click()
  const dialog = window.page.getByRole('dialog').filter({ hasText: 'Cancel the job update-2?' })
  await dialog.getByRole('button', { name: 'Let It Run', exact: true }).click()
  await dialog.waitFor({ state: 'hidden' })
  assert.equal(await panel.count('queued'), 25, 'who thinks better of it has canceled nothing')
  await cancel.click()
  await dialog.getByRole('button', { name: 'Cancel Job' }).click()
  await soon('the job is canceled', async () => (await panel.count('canceled')) === 25)
  await window.treeItem('Job update-2 is canceled').waitFor()
}

/** Writes and saves the open document, `meanwhile` between. */
async function rewrite(window: EditorWindow, text: string, meanwhile?: () => Promise<void>): Promise<void> {
  await window.page.locator('.editor-instance .view-lines').first().click()
  await window.page.keyboard.press('ControlOrMeta+A')
  await window.page.keyboard.press('Delete')
  await window.page.keyboard.insertText(text)
  await meanwhile?.()
  await window.page.keyboard.press('ControlOrMeta+S')
}

const stateOf = (delta: unknown): Record<string, unknown> => (delta as { state?: Record<string, unknown> }).state ?? {}

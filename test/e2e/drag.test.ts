import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { connectDevice } from '../builders/listening-device.ts'
import { soon } from '../vscode/rig/soon.ts'
import { story } from '../vscode/rig/story.ts'
import type { EditorWindow } from '../vscode/rig/window.ts'
import { freePorts, startHub } from './hub.ts'
import { JobEditor } from './job-editor.ts'
import { ProgressPanel } from './progress-panel.ts'

const file = { dialect: 'aws', name: 'night', targets: [{ query: 'thingName:*' }], document: { operation: 'reboot' } }

story(
  'files are dropped on devices, devices on jobs; what came of it can be seen in trees and tabs alike',
  async ({ window, server }) => {
    writeFileSync(join(server.workspace, 'night.iotjob.json'), JSON.stringify(file))
    const { mqtt } = await startHub(window)
    const device = await connectDevice(mqtt, 'lamp')
    try {
      const lamp = window.treeItem('Device lamp is')
      await lamp.waitFor()
      await open(window, 'night.iotjob.json')
      await window.tab(/^night\.iotjob\.json/).dragTo(lamp)
      const form = await formNamed(window, 'night')
      await form.frame.getByRole('list', { name: 'Chosen devices' }).getByText('lamp').waitFor()
      assert.equal(
        await form.frame.getByRole('textbox', { name: 'Query' }).inputValue(),
        '',
        'whom the file names is not asked',
      )
      await form.ready()
      await form.create.click()
      const job = window.treeItem('Job night is in progress')
      await job.waitFor()
      await soon('the job is marked as being at work', async () => (await markOf(job)) === 'P')

      await device.publishAsync('$aws/things/lamp/jobs/night/update', JSON.stringify({ status: 'FAILED' }), { qos: 1 })
      const ended = window.treeItem('Job night is completed with failures')
      await ended.waitFor()
      await soon('the job is marked as failed', async () => (await markOf(ended)) === 'F')
      await soon('so is the device', async () => (await markOf(lamp)) === 'F')
      const panel = await ProgressPanel.in(window)
      await panel.row('lamp').click()
      await panel.details.getByRole('button', { name: 'Open Shadow' }).click()
      const document = window.tab(/^shadow\.json/)
      await document.waitFor()
      await soon('and so is the document', async () => (await markOf(document)) === 'F')
      await window.screenshot('marks')

      await lamp.dragTo(ended)
      const again = await formNamed(window, 'night-2')
      await again.frame.getByRole('list', { name: 'Chosen devices' }).getByText('lamp').waitFor()
      await soon(
        'the document is the same',
        async () => JSON.stringify(JSON.parse(await again.document())) === JSON.stringify(file.document),
      )
      await window.runCommand('View: Close All Editors')
      await lamp.dragTo(
        window.page
          .locator('.pane', { has: window.page.getByRole('button', { name: 'Jobs Section' }) })
          .locator('.monaco-list'),
        { targetPosition: { x: 60, y: 160 } },
      )
      const fresh = await formNamed(window, '')
      await fresh.frame.getByRole('list', { name: 'Chosen devices' }).getByText('lamp').waitFor()
    } finally {
      await device.endAsync()
    }
  },
  { workspaceSettings: { ...freePorts, 'workbench.editor.enablePreview': false } },
)

async function open(window: EditorWindow, name: string): Promise<void> {
  await window.page.keyboard.press('Control+P')
  await window.type(name)
  await window.choice(name).click()
  await window.tab(new RegExp(`^${name.replaceAll('.', '\\.')}`)).waitFor()
}

/** The form of a new job of this name, in front. */
async function formNamed(window: EditorWindow, name: string): Promise<JobEditor> {
  return soon(`a form for “${name}”`, async () => {
    const editor = await JobEditor.in(window)
    return (await editor.name.inputValue({ timeout: 1000 }).catch(() => undefined)) === name && editor
  })
}

/** The letter behind a name, in a tree or on a tab. */
const markOf = (item: Locator): Promise<string> =>
  item
    .locator('.monaco-icon-label')
    .first()
    .evaluate((label) => {
      const inner = label.querySelector('.monaco-icon-label-container') ?? label
      return (
        [label, inner]
          .map((one) => getComputedStyle(one, '::after').content)
          .find((content) => content !== 'none')
          ?.replaceAll('"', '') ?? ''
      )
    })

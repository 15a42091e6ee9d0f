import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Frame } from 'playwright-core'
import { soon } from '../vscode/rig/soon.ts'
import { story } from '../vscode/rig/story.ts'
import type { EditorWindow } from '../vscode/rig/window.ts'

const text = `{
  "dialect": "aws",
  "name": "from-file",

  "targets": [{ "query": "thingName:*" }],
  "document": { "operation": "reboot" }
}
`

const settings = { 'iotHub.mqtt': 0, 'iotHub.mqtts': 0, 'iotHub.http': 0, 'iotHub.https': 0 }

story(
  'a job file is edited as a form: changes are edits of the file, undo takes them back',
  async ({ window, server }) => {
    const file = join(server.workspace, 'night.iotjob.json')
    writeFileSync(file, text)
    const { page } = window
    const form = await openForm(window, 'night.iotjob.json')
    const name = form.getByRole('textbox', { name: 'Job name' })
    await soon('the form shows the file', async () => (await name.inputValue()) === 'from-file')
    await name.fill('from-form')
    await page.locator('.tab.dirty').waitFor()
    await window.screenshot('job-file')
    await page.keyboard.press('Control+S')
    const saved = () => readFileSync(file, 'utf8')
    await soon(
      'the file is saved with the change and nothing else',
      () => saved() === text.replace('from-file', 'from-form'),
    )

    await name.focus()
    await page.keyboard.press('Control+Z')
    await soon('the form shows what was undone', async () => (await name.inputValue()) === 'from-file')
    assert.deepEqual(window.takeProblems(), [])
  },
  { settings },
)

story(
  'a job file that says what the form cannot show creates no job without it',
  async ({ window, server }) => {
    writeFileSync(
      join(server.workspace, 'odd.iotjob.json'),
      text.replace('"name"', '"timeout": "soon",\n  "retry": { "failed": 3 },\n  "name"'),
    )
    const form = await openForm(window, 'odd.iotjob.json')
    await form.getByRole('button', { name: '2 problems' }).click()
    await form.getByText('timeout: “soon” is not known here').waitFor()
    await form.getByText('retry: must be array').waitFor()
    assert.equal(await form.getByRole('button', { name: 'Create Job' }).isEnabled(), false)
  },
  { settings },
)

story(
  'a job file of a cloud that is not here says so where the cloud is chosen',
  async ({ window, server }) => {
    writeFileSync(join(server.workspace, 'odd.iotjob.json'), text.replace('aws', 'nimbus'))
    const form = await openForm(window, 'odd.iotjob.json')
    await form.getByRole('button', { name: '1 problem' }).click()
    await form.getByText('Cloud: “nimbus” must be one of').waitFor()
  },
  { settings },
)

/** Starts the hub and opens a file of the workspace, as text and then as a form. */
async function openForm(window: EditorWindow, name: string): Promise<Frame> {
  const { page } = window
  await window.runCommand('IoT Hub: Start Hub')
  await window.statusItem(/IoT \d+·\d+/).waitFor()
  await page.keyboard.press('Control+P')
  await page.locator('.quick-input-widget:visible input.input').fill(name)
  await window.choice(name).click()
  await page.locator('.editor-instance .view-lines').getByText('from-file').waitFor()
  await window.runCommand('IoT Hub: Create Job from This File')
  return window.webview('.monaco-editor')
}

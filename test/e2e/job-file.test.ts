import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { soon } from '../vscode/rig/soon.ts'
import { story } from '../vscode/rig/story.ts'

const text = `{
  "dialect": "aws",
  "name": "from-file",

  "targets": [{ "query": "thingName:*" }],
  "document": { "operation": "reboot" }
}
`

story('a job file is edited as a form: changes are edits of the file, undo takes them back', async ({ window, server }) => {
  const file = join(server.workspace, 'night.iotjob.json')
  writeFileSync(file, text)
  const { page } = window
  await window.runCommand('IoT Hub: Start Hub')
  await window.statusItem(/IoT \d+·\d+/).waitFor()
  await page.keyboard.press('Control+P')
  await page.locator('.quick-input-widget:visible input.input').fill('night.iotjob.json')
  await window.choice('night.iotjob.json').click()
  await page.locator('.editor-instance .view-lines').getByText('from-file').waitFor()
  await window.runCommand('IoT Hub: Create Job from This File')

  const form = await window.webview('.monaco-editor')
  const name = form.getByRole('textbox', { name: 'Job name' })
  await soon('the form shows the file', async () => (await name.inputValue()) === 'from-file')
  await name.fill('from-form')
  await page.locator('.tab.dirty').waitFor()
  await window.screenshot('job-file')
  await page.keyboard.press('Control+S')
  const saved = () => readFileSync(file, 'utf8')
  await soon('the file is saved with the change and nothing else', () => saved() === text.replace('from-file', 'from-form'))

  await name.focus()
  await page.keyboard.press('Control+Z')
  await soon('the form shows what was undone', async () => (await name.inputValue()) === 'from-file')
  assert.deepEqual(window.takeProblems(), [])
}, { settings: { 'iotHub.mqtt': 0, 'iotHub.mqtts': 0, 'iotHub.http': 0, 'iotHub.https': 0 } })

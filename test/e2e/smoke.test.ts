import assert from 'node:assert/strict'
import type { Problem } from '../vscode/rig/problems.ts'
import { soon } from '../vscode/rig/soon.ts'
import { story } from '../vscode/rig/story.ts'

story('the job editor checks the document against its schema', async ({ window }) => {
  await window.runCommand('IoT Hub: Create Job')
  const editor = await window.webview('.monaco-editor')
  await editor.locator('.monaco-editor .view-lines').first().click()
  await window.page.keyboard.press('ControlOrMeta+A')
  await window.page.keyboard.insertText('{"operation": }')
  await editor.locator('.squiggly-warning, .squiggly-error').first().waitFor()
  await window.screenshot('job-editor')
  assert.deepEqual(window.takeProblems(), [])

  // What watches over webviews is worth nothing unless it sees something.
  await editor.evaluate(() => {
    document.body.append(Object.assign(document.createElement('img'), { src: 'https://elsewhere.invalid/picture.png' }))
    setTimeout(() => {
      throw new Error('thrown to be seen')
    })
  })
  const seen: Problem[] = []
  const saw = (kind: Problem['kind'], text: string) => seen.some((problem) => problem.kind === kind && problem.text.includes(text))
  await soon('both are recorded', () => {
    seen.push(...window.takeProblems())
    return saw('policy', 'elsewhere.invalid') && saw('error', 'thrown to be seen')
  })
})

import type { EditorProblem } from '../vscode/rig/problems.ts'
import { soon } from '../vscode/rig/soon.ts'
import { story } from '../vscode/rig/story.ts'

// What watches over webviews in all stories is worth nothing unless it sees something.
story('a webview that breaks its content policy or throws is noticed', async ({ window }) => {
  await window.runCommand('IoT Hub: Create Job')
  const editor = await window.webview('.monaco-editor')
  await editor.evaluate(() => {
    document.body.append(Object.assign(document.createElement('img'), { src: 'https://elsewhere.invalid/picture.png' }))
    setTimeout(() => {
      throw new Error('thrown to be seen')
    })
  })
  const seen: EditorProblem[] = []
  const saw = (kind: EditorProblem['kind'], text: string) =>
    seen.some((problem) => problem.kind === kind && problem.text.includes(text))
  await soon('both are recorded', () => {
    seen.push(...window.takeProblems())
    return saw('policy', 'elsewhere.invalid') && saw('error', 'thrown to be seen')
  })
})

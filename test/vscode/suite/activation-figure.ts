import { commands as editor, workspace } from 'vscode'
import { extension, until } from './extension-fixture.ts'

/** How long it may take, in milliseconds. */
const budget = 50

/**
 * How long the extension took to load and to activate, as VS Code has measured it and tells under *Developer: Startup
 * Performance*. A figure to be read, no test: machines differ.
 */
export async function activationFigure(): Promise<string> {
  await editor.executeCommand('perfview.show')
  const row = await until(
    () => rowOf(textOf('perf')),
    (found) => found !== undefined,
  )
  await editor.executeCommand('workbench.action.closeAllEditors')
  const [load, activate] = [Number(row!['Load Code']), Number(row!['Call Activate'])]
  return `activation: ${load + activate} ms of ${budget} ms (load code ${load}, activate ${activate})`
}

const textOf = (scheme: string): string =>
  workspace.textDocuments.find(({ uri }) => uri.scheme === scheme)?.getText() ?? ''

/** The extension’s row of the table of all, by the titles of its columns. */
function rowOf(text: string): Record<string, string> | undefined {
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  const at = lines.findIndex(([name]) => name === extension.id)
  const head = lines.slice(0, at).findLast(([name]) => name === 'Extension')
  return at === -1 || head === undefined
    ? undefined
    : Object.fromEntries(head.map((title, index) => [title, lines[at]![index] ?? '']))
}

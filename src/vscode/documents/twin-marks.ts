import { findNodeAtLocation, parseTree } from 'jsonc-parser'
import { Disposable, l10n, Range, ThemeColor, window, workspace, type TextEditor } from 'vscode'
import { Batcher } from '../batcher.ts'
import type { HubFiles } from './hub-files.ts'
import { scheme } from './paths.ts'

/** Says, in every editor that shows a twin, behind which member what can be edited stands. */
export function markTwins(files: HubFiles): Disposable {
  const mark = window.createTextEditorDecorationType({
    after: { margin: '0 0 0 2em', color: new ThemeColor('editorCodeLens.foreground') },
  })
  const batcher = new Batcher<TextEditor>(async (editors) => editors.forEach((editor) => show(editor)), 50)
  const show = (editor: TextEditor) => editor.setDecorations(mark, marksOf(editor, files))
  const all = () =>
    window.visibleTextEditors
      .filter(({ document }) => document.uri.scheme === scheme)
      .forEach((editor) => batcher.add(editor))
  all()
  return Disposable.from(
    mark,
    batcher,
    window.onDidChangeVisibleTextEditors(all),
    workspace.onDidChangeTextDocument(({ document }) => {
      if (document.uri.scheme === scheme) all()
    }),
  )
}

function marksOf({ document }: TextEditor, files: HubFiles) {
  const path = files.desiredAt(document.uri)
  const root = path && parseTree(document.getText())
  const desired = root && findNodeAtLocation(root, [...path])
  if (desired === undefined) return []
  const { line } = document.positionAt(desired.offset)
  const end = document.lineAt(line).range.end
  return [
    {
      range: new Range(end, end),
      renderOptions: {
        after: { contentText: l10n.t('edit this, save to publish (null deletes); the rest is read-only') },
      },
    },
  ]
}

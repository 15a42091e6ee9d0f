import { isDeepStrictEqual } from 'node:util'
import { commands, l10n, Range, window, workspace, WorkspaceEdit, type TextDocument } from 'vscode'
import type { JobDraft } from '../../shared/job-draft.ts'
import type { DraftInWork } from '../../shared/messages.ts'
import { readDraft, readShown, writeDraft } from './draft-file.ts'
import type { DraftSource } from './source.ts'

/** A job in a text document: changes are edits of it, so that undo, save and the text editor beside it work as ever. */
export function fileSource(document: TextDocument): DraftSource {
  let writing = 0
  let last: Promise<void> = Promise.resolve()
  /** What the page shows, as far as the file tells. */
  let shown: unknown = readDraft(document.getText())

  const write = async (draft: DraftInWork, changed: readonly (keyof JobDraft)[]): Promise<void> => {
    const { tabSize, insertSpaces } = formatOf(document)
    const change = writeDraft(document.getText(), draft, changed, { tabSize, insertSpaces, eol: '\n' })
    if (change === undefined) return
    const edit = new WorkspaceEdit()
    edit.replace(
      document.uri,
      new Range(document.positionAt(change.start), document.positionAt(change.end)),
      change.text,
    )
    if (!(await workspace.applyEdit(edit))) void window.showErrorMessage(l10n.t('The file could not be changed.'))
    shown = readDraft(document.getText())
  }

  return {
    mode: 'file',
    read() {
      shown = readDraft(document.getText())
      const read = readShown(document.getText())
      return 'line' in read
        ? { problem: l10n.t('This file is no JSON object: see line {0}.', read.line) }
        : { id: String(document.uri), draft: read.draft, at: 0, restored: false }
    },
    write(draft, changed) {
      writing++
      const written = last.then(() => write(draft, changed)).finally(() => writing--)
      // One that fails is told of; those after it are written all the same.
      last = written.catch(() => undefined)
      return written
    },
    async meant(draft) {
      await last
      const read = readDraft(document.getText())
      return 'line' in read ? draft : (read.draft as DraftInWork)
    },
    // Our own edits come back as changes too; only what says something else is news to the page.
    onChange: (listener) =>
      workspace.onDidChangeTextDocument((event) => {
        if (
          event.document === document &&
          event.contentChanges.length > 0 &&
          writing === 0 &&
          !isDeepStrictEqual(readDraft(document.getText()), shown)
        )
          listener()
      }),
    discard: () => {},
    openAsText: () => void commands.executeCommand('vscode.openWith', document.uri, 'default'),
  }
}

function formatOf(document: TextDocument): { tabSize: number; insertSpaces: boolean } {
  const editor = workspace.getConfiguration('editor', document)
  return { tabSize: editor.get('tabSize', 2), insertSpaces: editor.get('insertSpaces', true) }
}

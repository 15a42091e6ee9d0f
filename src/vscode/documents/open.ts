import { commands as editor, l10n, window, workspace, type TextEditor, type Uri } from 'vscode'
import type { HubApi, TwinView } from '../../shared/api.ts'
import { nameOf } from '../../shared/keys.ts'
import type { HubFiles } from './hub-files.ts'
import { parsePath, type Subject } from './paths.ts'
import { uriOf } from './uri.ts'

export function openDocument(subject: Subject): Thenable<TextEditor> {
  return window.showTextDocument(uriOf(subject), { preview: true })
}

/** The whole of a twin, called as its cloud calls it. */
export async function openTwin(api: HubApi, device: string, name: string | undefined): Promise<void> {
  const { word } = await api.twin(device, name)
  await openDocument({ type: 'twin', word, device, ...(name !== undefined && { name }) })
}

/** What is desired beside what the device has reported. */
export async function compareTwin(device: string, name: string | undefined): Promise<void> {
  const of = { device, ...(name !== undefined && { name }) }
  const title =
    name === undefined
      ? l10n.t('{0}: reported ↔ desired', nameOf(device))
      : l10n.t('{0}, {1}: reported ↔ desired', nameOf(device), name)
  await editor.executeCommand(
    'vscode.diff',
    uriOf({ type: 'reported', ...of }),
    uriOf({ type: 'desired', ...of }),
    title,
  )
}

/** Says that a save was refused because the twin has moved on, and offers the ways out. */
export async function settleConflict(files: HubFiles, uri: Uri, current: TwinView): Promise<void> {
  const subject = parsePath(uri.path)
  const document = workspace.textDocuments.find((open) => String(open.uri) === String(uri))
  if (subject?.type !== 'twin' || document === undefined) return
  const compare = l10n.t('Compare with Current')
  const overwrite = l10n.t('Overwrite')
  const text = l10n.t(
    'The desired state of {0} was changed by somebody else; it is at version {1} now. Your edit was not published.',
    nameOf(subject.device),
    current.version,
  )
  const choice = await window.showWarningMessage(text, compare, overwrite)
  if (choice === undefined) return
  // Somebody who has seen the other's edit, or does not care, saves on top of it.
  files.rebase(uri, current)
  if (choice === overwrite) return void (await document.save())
  const title = l10n.t('{0}: current ↔ your edit', nameOf(subject.device))
  const { device, name } = subject
  await editor.executeCommand(
    'vscode.diff',
    uriOf({ type: 'current', device, ...(name !== undefined && { name }) }),
    uri,
    title,
  )
}

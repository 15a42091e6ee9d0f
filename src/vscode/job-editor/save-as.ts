import { commands, l10n, Uri, window, workspace } from 'vscode'
import { writeJson } from '../../shared/json-text.ts'
import type { DraftInWork } from '../../shared/messages.ts'
import { viewType } from './view-type.ts'

const ending = '.iotjob.json'

/** Writes the draft to a file of the user's choice and opens that in the job editor; false: it was not written. */
export async function saveAs(draft: DraftInWork): Promise<boolean> {
  if (draft.document === undefined) {
    void window.showWarningMessage(l10n.t('The job document is not JSON yet: mend it first, or it would be lost.'))
    return false
  }
  const folder = workspace.workspaceFolders?.[0]?.uri
  const name = `${draft.name.replace(/[^\w.-]+/g, '-') || 'job'}${ending}`
  const chosen = await window.showSaveDialog({
    filters: { [l10n.t('IoT job')]: ['iotjob.json'] },
    ...(folder !== undefined && { defaultUri: Uri.joinPath(folder, name) }),
  })
  if (chosen === undefined) return false
  const uri = chosen.path.endsWith(ending) ? chosen : chosen.with({ path: chosen.path.replace(/(\.json)?$/, ending) })
  try {
    await workspace.fs.writeFile(uri, new TextEncoder().encode(`${writeJson(draft, 2)}\n`))
  } catch (error) {
    void window.showErrorMessage(
      l10n.t('The file could not be written: {0}', error instanceof Error ? error.message : String(error)),
    )
    return false
  }
  await commands.executeCommand('vscode.openWith', uri, viewType)
  return true
}

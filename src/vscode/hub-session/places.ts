import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { Uri, workspace, type ExtensionContext } from 'vscode'
import type { Places } from './read-options.ts'

/**
 * Every workspace has a hub of its own; without one, all windows share one. Not in `storageUri`: VS Code locks that for
 * one window and gives a second one, or a reloaded one that comes too early, another folder. The hub has its own lock,
 * and who comes second must find it.
 */
export function placesOf({ globalStorageUri }: ExtensionContext): Places {
  const first = workspace.workspaceFolders?.[0]?.uri
  const identity = workspace.workspaceFile ?? first
  const name =
    identity === undefined
      ? 'no-workspace'
      : `${basename(identity.path)
          .replace(/[^\w.-]/g, '_')
          .slice(0, 40)}-${createHash('sha256').update(String(identity)).digest('hex').slice(0, 12)}`
  return {
    storage: Uri.joinPath(globalStorageUri, 'hubs', name).fsPath,
    folder: first?.scheme === 'file' ? first.fsPath : undefined,
  }
}

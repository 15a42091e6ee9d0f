import { join } from 'node:path'
import { Uri, workspace, type ExtensionContext } from 'vscode'
import type { Places } from './read-options.ts'

/** Every workspace has a hub of its own; without one, all windows share one. */
export function placesOf({ storageUri, globalStorageUri }: ExtensionContext): Places {
  const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath
  return { storage: join(Uri.joinPath(storageUri ?? globalStorageUri, 'hub').fsPath), folder }
}

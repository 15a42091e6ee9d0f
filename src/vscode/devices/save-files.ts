import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { env, l10n, window, workspace } from 'vscode'
import type { ConnectionKit } from '../../shared/api.ts'
import { counted } from '../../shared/counted.ts'
import { confirm } from '../ask.ts'

/** Saves a kit's files where the user says; secrets for nobody else's eyes, and with a word about it. Resolves to whether they were saved. */
export async function saveFiles({ files }: ConnectionKit): Promise<boolean> {
  const folders = await window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: l10n.t('Save Here'),
    title: l10n.t('Folder for the device’s files'),
    ...(workspace.workspaceFolders?.[0] && { defaultUri: workspace.workspaceFolders[0].uri }),
  })
  const folder = folders?.[0]?.fsPath
  if (folder === undefined) return false
  // A name comes from the hub, maybe from another process: it stays in the folder.
  const targets = files.map((file) => ({ ...file, path: join(folder, basename(file.name)) }))
  const there = targets.filter(({ path }) => existsSync(path))
  if (there.length > 0 && !(await confirm(l10n.t('Replace files?'), there.map(({ path }) => path).join('\n'), l10n.t('Replace')))) return false
  await mkdir(folder, { recursive: true })
  for (const { path, content, secret } of targets) await writeFile(path, content, { mode: secret === true ? 0o600 : 0o644 })
  const secrets = files.filter(({ secret }) => secret === true).map(({ name }) => name)
  const text =
    secrets.length === 0
      ? counted(files.length, l10n.t('1 file saved in {0}', folder), l10n.t('{0} files saved in {1}', files.length, folder))
      : counted(
          files.length,
          l10n.t('1 file saved in {0}. Secret, keep it out of version control: {1}', folder, secrets.join(', ')),
          l10n.t('{0} files saved in {1}. Secret, keep it out of version control: {2}', files.length, folder, secrets.join(', ')),
        )
  const copyPath = l10n.t('Copy Path')
  void window.showInformationMessage(text, copyPath).then((choice) => (choice === copyPath ? env.clipboard.writeText(folder) : undefined))
  return true
}

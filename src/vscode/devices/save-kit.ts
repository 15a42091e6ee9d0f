import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { env, l10n, Uri, window, workspace } from 'vscode'
import type { ConnectionKitView, HubApi, KitOfferView } from '../../shared/api.ts'
import { isFileName } from '../../shared/file-name.ts'
import { nameOf } from '../../shared/keys.ts'
import { ignoring } from './gitignore.ts'

type File = ConnectionKitView['files'][number]

/**
 * Asks for a folder and saves there what the device's program needs: the code that was chosen, keys and certificates,
 * which
 * are made only now, and a `.gitignore` for what is secret. Resolves to whether it was saved.
 */
export async function saveKit(
  api: HubApi,
  offer: KitOfferView,
  snippet?: KitOfferView['snippets'][number],
): Promise<boolean> {
  const folder = await askFolder(nameOf(offer.device))
  if (folder === undefined) return false
  const code = snippet === undefined ? [] : [snippet.file]
  const wanted = await whatToWrite(folder, offer, code)
  if (wanted === undefined) return false
  // What stands in the way comes up before keys are made, and no secret lies where git would take it.
  await prepare(folder, offer, snippet)
  const kit = await api.connectionKit(offer.device)
  const found = kit.snippets
    .filter(({ id }) => id === snippet?.id)
    .map((chosen): File => ({ name: chosen.file, content: chosen.code, ...(chosen.secret && { secret: true }) }))
  const files = [...found, ...(wanted === 'all' ? kit.files : [])]
  await write(folder, files)
  tell(folder, files)
  if (code[0] !== undefined) await window.showTextDocument(Uri.file(join(folder, code[0])), { preview: false })
  return true
}

async function askFolder(device: string): Promise<string | undefined> {
  const first = workspace.workspaceFolders?.[0]?.uri
  const folders = await window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: l10n.t('Save Here'),
    title: l10n.t('Folder for the code and keys of {0}', device),
    ...(first?.scheme === 'file' && { defaultUri: first }),
  })
  return folders?.[0]?.fsPath
}

/** Nothing is replaced unasked; keys that are there already may be those of this device. */
async function whatToWrite(
  folder: string,
  { files, snippets }: KitOfferView,
  code: readonly string[],
): Promise<'all' | 'code' | undefined> {
  const there = (names: readonly string[]) => names.filter((name) => existsSync(join(folder, name)))
  const keys = there(files.map(({ name }) => name))
  const old = [...there(code), ...keys]
  if (old.length === 0) return 'all'
  const replace = l10n.t('Replace')
  const keep = l10n.t('Keep the Keys, Write the Code')
  // Code with a key in it goes with no other keys.
  const apart = snippets.find(({ file }) => file === code[0])?.secret !== true
  const choices = keys.length > 0 && code.length > 0 && apart ? [replace, keep] : [replace]
  const choice = await window.showWarningMessage(
    l10n.t('Replace what is there?'),
    { modal: true, detail: old.map((name) => join(folder, name)).join('\n') },
    ...choices,
  )
  return choice === replace ? 'all' : choice === keep ? 'code' : undefined
}

async function prepare(
  folder: string,
  { device, files }: KitOfferView,
  snippet: KitOfferView['snippets'][number] | undefined,
): Promise<void> {
  const all = [...files, ...(snippet === undefined ? [] : [{ name: snippet.file, secret: snippet.secret }])]
  // Names come from the hub, maybe from another process.
  for (const { name } of all) if (!isFileName(name)) throw new Error(l10n.t('{0} is no name of a file', name))
  await mkdir(folder, { recursive: true })
  const list = join(folder, '.gitignore')
  const secrets = all.filter(({ secret }) => secret === true).map(({ name }) => name)
  const ignored = ignoring(
    await readFile(list, 'utf8').catch(() => ''),
    secrets,
    l10n.t('Keys of {0}: not for version control', nameOf(device)),
  )
  if (ignored !== undefined) await writeFile(list, ignored)
}

async function write(folder: string, files: readonly File[]): Promise<void> {
  for (const { name, content, secret } of files) {
    const path = join(folder, name)
    await writeFile(path, content, { mode: secret === true ? 0o600 : 0o644 })
    // The mode is for new files only.
    if (secret === true) await chmod(path, 0o600)
  }
}

function tell(folder: string, files: readonly File[]): void {
  const names = files.map(({ name }) => name).join(', ')
  const secrets = files.filter(({ secret }) => secret === true).map(({ name }) => name)
  const text =
    secrets.length === 0
      ? l10n.t('Saved in {0}: {1}', folder, names)
      : l10n.t('Saved in {0}: {1}. Secret, and therefore in .gitignore: {2}', folder, names, secrets.join(', '))
  const copyPath = l10n.t('Copy Path')
  void window
    .showInformationMessage(text, copyPath)
    .then((choice) => (choice === copyPath ? env.clipboard.writeText(folder) : undefined))
}

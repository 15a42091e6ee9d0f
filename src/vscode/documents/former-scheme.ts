import type { Uri } from 'vscode'
import {
  commands,
  Disposable,
  TabInputText,
  TabInputTextDiff,
  window,
  workspace,
  type FileSystemProvider,
  type Tab,
} from 'vscode'
import { presentKey } from '../../shared/former-names.ts'
import { parsePath, scheme, type Subject } from './paths.ts'
import { uriOf } from './uri.ts'

/** What documents of the hub began with in earlier releases: VS Code brings back the tabs that were open then. */
const formerScheme = 'iothub'

/**
 * A tab of the former scheme shows the same under the one of now once it is looked at. Where somebody has written in
 * it, the tab stays until that is saved, which works as ever.
 */
export function followFormerScheme(files: FileSystemProvider): Disposable {
  const move = (tabs: readonly Tab[]): void => {
    for (const tab of tabs) if (formerIn(tab) !== undefined && tab.isActive && !tab.isDirty) void reopen(tab)
  }
  move(window.tabGroups.all.flatMap(({ tabs }) => tabs))
  return Disposable.from(
    workspace.registerFileSystemProvider(formerScheme, atPresent(files), { isCaseSensitive: true }),
    window.tabGroups.onDidChangeTabs(({ opened, changed }) => move([...opened, ...changed])),
  )
}

/** The same files, for as long as a document of the former scheme is open. */
const atPresent = (files: FileSystemProvider): FileSystemProvider => ({
  onDidChangeFile: () => new Disposable(() => {}),
  watch: () => new Disposable(() => {}),
  stat: (uri) => files.stat(present(uri)),
  readFile: (uri) => files.readFile(present(uri)),
  writeFile: (uri, content, options) => files.writeFile(present(uri), content, options),
  readDirectory: (uri) => files.readDirectory(present(uri)),
  createDirectory: (uri) => files.createDirectory(present(uri)),
  delete: (uri, options) => files.delete(present(uri), options),
  rename: (from, to, options) => files.rename(present(from), present(to), options),
})

/** Where the document is now. */
function present(uri: Uri): Uri {
  const subject = parsePath(uri.path)
  return subject === undefined ? uri.with({ scheme }) : uriOf(ofNow(subject))
}

const ofNow = (subject: Subject): Subject => ({
  ...subject,
  ...('device' in subject && { device: presentKey(subject.device) }),
  ...('job' in subject && { job: presentKey(subject.job) }),
})

/** What a tab of the former scheme shows; `undefined` for any other. */
function formerIn({ input }: Tab): string | undefined {
  if (input instanceof TabInputText && input.uri.scheme === formerScheme) return String(input.uri)
  return input instanceof TabInputTextDiff && input.original.scheme === formerScheme
    ? `${String(input.original)} ${String(input.modified)}`
    : undefined
}

/** The former tab goes once the other is there: a group without tabs would close. */
async function reopen(tab: Tab): Promise<void> {
  const { input, label, isPreview, group } = tab
  const how = { viewColumn: group.viewColumn, preview: isPreview, preserveFocus: true }
  if (input instanceof TabInputText) await commands.executeCommand('vscode.open', present(input.uri), how)
  else if (input instanceof TabInputTextDiff)
    await commands.executeCommand('vscode.diff', present(input.original), present(input.modified), label, how)
  // A preview has been replaced already.
  const left = window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter((other) => formerIn(other) === formerIn(tab) && !other.isDirty)
  await window.tabGroups.close(left, true)
}

import {
  EventEmitter,
  FileChangeType,
  FilePermission,
  FileSystemError,
  FileType,
  l10n,
  workspace,
  Disposable,
  type FileChangeEvent,
  type FileStat,
  type FileSystemProvider,
  type TextDocument,
  type Uri,
} from 'vscode'
import type { HubApi, TwinView } from '../../shared/api.ts'
import { setContext } from '../context-keys.ts'
import { Batcher } from '../batcher.ts'
import type { Host } from '../host.ts'
import { asShown, asWritten, isTouched, loadDocument, loadedOf, openedAs, type Opened } from './opened.ts'
import { isAffectedBy, parsePath, scheme } from './paths.ts'
import { baseOf, over, saveTwin } from './twin-edit.ts'
import { refusalText } from './twin-refusal.ts'

/** The hub's twins, jobs and executions as files. */
export class HubFiles implements FileSystemProvider {
  readonly #changed = new EventEmitter<FileChangeEvent[]>()
  readonly onDidChangeFile = this.#changed.event
  readonly #opened = new Map<string, Opened>()
  /** When each was last read, in milliseconds: the editor shows it some time later. */
  readonly #readAt = new Map<string, number>()
  readonly #stale = new Batcher<string>((paths) => this.#reread(paths))
  readonly #registrations: Disposable

  constructor(
    private readonly host: Host,
    private readonly onConflict: (uri: Uri, current: TwinView) => void,
  ) {
    this.#registrations = Disposable.from(
      this.#changed,
      this.#stale,
      host.onChange((change) => {
        for (const [path, { subject }] of this.#opened) if (isAffectedBy(subject, change)) this.#stale.add(path)
      }),
      workspace.onDidChangeTextDocument(({ document }) => this.#seen(document)),
      host.onState(() => {
        if (host.api() !== undefined) for (const path of this.#opened.keys()) this.#stale.add(path)
      }),
    )
  }

  watch(): Disposable {
    return new Disposable(() => {})
  }

  async stat(uri: Uri): Promise<FileStat> {
    // Folders hold nothing, but what asks for a file may first ask for the way to it.
    if (!uri.path.endsWith('.json')) return { type: FileType.Directory, ctime: 0, mtime: 0, size: 0 }
    const { subject, text, mtime } = this.#opened.get(uri.path) ?? (await this.#read(uri))
    return {
      type: FileType.File,
      ctime: 0,
      mtime,
      size: Buffer.byteLength(text),
      ...(subject.type !== 'twin' && { permissions: FilePermission.Readonly }),
    }
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    return Buffer.from((await this.#read(uri)).text)
  }

  async writeFile(uri: Uri, content: Uint8Array): Promise<void> {
    const opened = this.#opened.get(uri.path) ?? (await this.#read(uri))
    const {
      subject,
      shown: { base },
    } = opened
    if (subject.type !== 'twin' || base === undefined)
      throw FileSystemError.NoPermissions(l10n.t('This document can only be read.'))
    const text = Buffer.from(content).toString()
    const saved = await saveTwin(this.#api(), subject.device, subject.name, text, base).catch((error: unknown) => {
      throw refusal(error)
    })
    if (saved.type === 'conflict') this.onConflict(uri, saved.current)
    if (saved.type !== 'saved') throw new FileSystemError(refusalText(saved, base))
    setContext('iotHub.twinEdited', true)
    this.#opened.set(
      uri.path,
      openedAs({ text, base: { ...baseOf(saved.twin), document: saved.edited } }, subject, opened.mtime + 1),
    )
    // The version is another one now; and a request is not the document.
    this.#stale.add(uri.path)
  }

  /** From now on a save takes the place of this desired state. */
  rebase(uri: Uri, current: TwinView): void {
    const opened = this.#opened.get(uri.path)
    if (opened?.shown.base !== undefined) opened.shown = { ...opened.shown, base: over(opened.shown.base, current) }
  }

  /** Where in the document the desired state stands, if it is a twin that has been read. */
  desiredAt({ path }: Uri): readonly string[] | undefined {
    return this.#opened.get(path)?.base?.desiredAt
  }

  readDirectory(): [string, FileType][] {
    return []
  }

  createDirectory(): void {
    throw FileSystemError.NoPermissions()
  }

  delete(): void {
    throw FileSystemError.NoPermissions()
  }

  rename(): void {
    throw FileSystemError.NoPermissions()
  }

  dispose(): void {
    this.#registrations.dispose()
  }

  #api(): HubApi {
    const api = this.host.api()
    if (api === undefined) throw FileSystemError.Unavailable(l10n.t('The hub is not running.'))
    return api
  }

  #forget(path: string): void {
    this.#opened.delete(path)
    this.#readAt.delete(path)
  }

  async #read(uri: Uri): Promise<Opened> {
    const subject = parsePath(uri.path)
    if (subject === undefined) throw FileSystemError.FileNotFound(uri)
    const before = this.#opened.get(uri.path)
    const loaded = await loadDocument(this.#api(), subject).catch((error: unknown) => {
      throw (error as { code?: unknown }).code === 'NOT_FOUND' ? FileSystemError.FileNotFound(uri) : refusal(error)
    })
    const now = asWritten(loaded, before)
    const mtime = before === undefined ? Date.now() : before.text === now.text ? before.mtime : before.mtime + 1
    const shown = documentAt(uri.path) === undefined ? undefined : before?.shown
    const opened = openedAs(now, subject, mtime, shown)
    this.#opened.set(uri.path, opened)
    this.#readAt.set(uri.path, performance.now())
    return opened
  }

  #seen(document: TextDocument): void {
    const opened = document.uri.scheme === scheme ? this.#opened.get(document.uri.path) : undefined
    if (opened === undefined) return
    const text = document.getText()
    if (document.isDirty) {
      // Somebody began to write before the editor could take up the newer text: they come across it when they save, and
      // are told in our words.
      if (opened.text !== opened.shown.text && opened.text !== text)
        this.#opened.set(document.uri.path, asShown(opened))
      return
    }
    if (opened.text === text) opened.shown = { ...loadedOf(opened), mtime: opened.mtime }
    // What happened while it was written in has been passed over.
    this.#stale.add(document.uri.path)
  }

  /**
   * Documents that nobody has open are forgotten; what somebody is writing in is left alone, so that the save can tell
   * of a conflict.
   */
  async #reread(paths: ReadonlySet<string>): Promise<void> {
    const api = this.host.api()
    if (api === undefined) return
    for (const path of paths) {
      const opened = this.#opened.get(path)
      const document = documentAt(path)
      if (opened === undefined) continue
      if (document === undefined) {
        // Forgotten and read again it would be of another time, and a save of what is just being shown a conflict.
        if (performance.now() - (this.#readAt.get(path) ?? 0) > toBeShown) this.#forget(path)
        else this.#stale.add(path)
        continue
      }
      if (isTouched(document, opened)) continue
      const now = await loadDocument(api, opened.subject).then(
        (loaded) => asWritten(loaded, opened),
        () => undefined,
      )
      if (isTouched(document, opened) || this.#opened.get(path) !== opened) continue
      if (now?.text === opened.text) {
        this.#opened.set(
          path,
          openedAs(now, opened.subject, opened.mtime, document.getText() === now.text ? undefined : opened.shown),
        )
        continue
      }
      if (now === undefined) this.#forget(path)
      else this.#opened.set(path, { ...opened, ...now, mtime: opened.mtime + 1 })
      this.#changed.fire([
        { type: now === undefined ? FileChangeType.Deleted : FileChangeType.Changed, uri: document.uri },
      ])
    }
  }
}

/** So long a document may be on its way from being read to being shown, in milliseconds. */
const toBeShown = 10_000

const documentAt = (path: string) =>
  workspace.textDocuments.find(({ uri, isClosed }) => uri.scheme === scheme && uri.path === path && !isClosed)

const refusal = (error: unknown) =>
  error instanceof FileSystemError ? error : new FileSystemError(error instanceof Error ? error.message : String(error))

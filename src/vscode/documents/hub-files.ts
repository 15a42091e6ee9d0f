import { isDeepStrictEqual } from 'node:util'
import { EventEmitter, FileChangeType, FilePermission, FileSystemError, FileType, l10n, workspace, Disposable, type FileChangeEvent, type FileStat, type FileSystemProvider, type Uri } from 'vscode'
import type { HubApi, TwinView } from '../../shared/api.ts'
import { Gather } from '../gather.ts'
import type { Host } from '../host.ts'
import { contentOf, json } from './contents.ts'
import { isAbout, parsePath, scheme, type Subject } from './paths.ts'
import { saveDesired, type Base } from './twin-edit.ts'

interface Loaded {
  text: string
  /** Of a twin. */
  base?: Base
}

/** What was last given to the editor. */
interface Opened extends Loaded {
  subject: Subject
  /** Grows when the text becomes another: the editor reads again only then. */
  mtime: number
}

/** The hub's twins, jobs and executions as files. */
export class HubFiles implements FileSystemProvider {
  readonly #changed = new EventEmitter<FileChangeEvent[]>()
  readonly onDidChangeFile = this.#changed.event
  readonly #opened = new Map<string, Opened>()
  readonly #stale = new Gather<string>((paths) => this.#reread(paths))
  readonly #registrations: Disposable

  constructor(
    private readonly host: Host,
    private readonly onConflict: (uri: Uri, current: TwinView) => void,
  ) {
    this.#registrations = Disposable.from(
      this.#changed,
      this.#stale,
      host.onChange((change) => {
        for (const [path, { subject }] of this.#opened) if (isAbout(subject, change)) this.#stale.add(path)
      }),
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
    const { subject, base } = opened
    if (subject.type !== 'twin' || base === undefined) throw FileSystemError.NoPermissions(l10n.t('This document can only be read.'))
    const text = Buffer.from(content).toString()
    const saved = await saveDesired(this.#api(), subject.device, subject.name, text, base).catch((error: unknown) => {
      throw refusal(error)
    })
    switch (saved.type) {
      case 'saved':
        this.#opened.set(uri.path, { subject, text, mtime: opened.mtime + 1, base: baseOf(saved.twin) })
        return
      case 'notJson':
        throw new FileSystemError(l10n.t('Not published: this is not JSON ({0}).', saved.reason))
      case 'notObject':
        throw new FileSystemError(l10n.t('Not published: a desired state must be a JSON object.'))
      case 'conflict':
        this.onConflict(uri, saved.current)
        throw new FileSystemError(conflictText(base, saved.current))
    }
  }

  /** From now on a save goes on top of this version. */
  rebase(uri: Uri, base: Base | undefined): void {
    const opened = this.#opened.get(uri.path)
    if (opened !== undefined && base !== undefined) opened.base = base
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

  async #read(uri: Uri): Promise<Opened> {
    const subject = parsePath(uri.path)
    if (subject === undefined) throw FileSystemError.FileNotFound(uri)
    const before = this.#opened.get(uri.path)
    const loaded = await load(this.#api(), subject).catch((error: unknown) => {
      throw (error as { code?: unknown }).code === 'NOT_FOUND' ? FileSystemError.FileNotFound(uri) : refusal(error)
    })
    const { text, base } = asWritten(loaded, before)
    const mtime = before === undefined ? Date.now() : before.text === text ? before.mtime : before.mtime + 1
    const opened: Opened = { subject, text, mtime, ...(base && { base }) }
    this.#opened.set(uri.path, opened)
    return opened
  }

  /** Documents that nobody has open are forgotten; what somebody is writing in is left alone, so that the save can tell of a conflict. */
  async #reread(paths: ReadonlySet<string>): Promise<void> {
    const api = this.host.api()
    if (api === undefined) return
    for (const path of paths) {
      const opened = this.#opened.get(path)
      const document = workspace.textDocuments.find(({ uri }) => uri.scheme === scheme && uri.path === path)
      if (opened === undefined || document?.isDirty === true) continue
      if (document === undefined || document.isClosed) {
        this.#opened.delete(path)
        continue
      }
      const now = await load(api, opened.subject).then((loaded) => asWritten(loaded, opened), () => undefined)
      if (document.isDirty) continue
      if (now?.text === opened.text) {
        this.rebase(document.uri, now.base)
        continue
      }
      if (now === undefined) this.#opened.delete(path)
      else this.#opened.set(path, { ...opened, mtime: opened.mtime + 1 })
      this.#changed.fire([{ type: now === undefined ? FileChangeType.Deleted : FileChangeType.Changed, uri: document.uri }])
    }
  }
}

/** What is desired already stays as the user has written it: a save is no reason to lay out the document anew. */
function asWritten(loaded: Loaded, before: Loaded | undefined): Loaded {
  const same = before?.base !== undefined && loaded.base !== undefined && isDeepStrictEqual(loaded.base.desired, before.base.desired)
  return same ? { ...loaded, text: before.text } : loaded
}

async function load(api: HubApi, subject: Subject): Promise<Loaded> {
  if (subject.type !== 'twin') return { text: await contentOf(api, subject) }
  const twin = await api.twin(subject.device, subject.name)
  return { text: json(twin.desired), base: baseOf(twin) }
}

const baseOf = ({ desired, version }: TwinView): Base => ({ desired, version })

export const conflictText = (base: Base, current: TwinView): string =>
  l10n.t('Version conflict: the desired state was changed meanwhile. You edited version {0}, the twin is at version {1}. Nothing was published.', base.version, current.version)

const refusal = (error: unknown) => (error instanceof FileSystemError ? error : new FileSystemError(error instanceof Error ? error.message : String(error)))

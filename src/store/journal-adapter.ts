import type { Adapter } from 'lowdb'
import { join } from 'node:path'
import type { HubData } from './dirty-keys.ts'
import { Inventory, type Flaw } from './inventory.ts'
import { encodeHeader, type FileHeader } from './journal-lines.ts'
import { journalName, journalsIn, loadStore, moveAside, SNAPSHOT, UNFINISHED, type LoadOptions } from './load.ts'
import { Journal, type JournalOptions } from './journal.ts'
import { versionAfter } from './migrations.ts'
import { writeSnapshot } from './snapshot.ts'
import { say } from '../core/said.ts'

export interface AdapterOptions extends LoadOptions, JournalOptions {
  /** Bytes that journals may reach before a snapshot is due, however small the last one was. */
  journalLimit: number
  /** Resolves once every change made so far is in the journal; rejects if it cannot be. */
  settle(): Promise<void>
  /** Resolves if the directory is still this hub's; rejects if it may be another's. */
  checkOwn(): Promise<void>
}

/**
 * What lowdb reads and writes through: `read` is snapshot plus journals, `write` is a new snapshot. In between,
 * `append` stores a change at the cost of that change.
 *
 * Order of a snapshot, so that a crash at any point loses nothing: a new journal is begun; the snapshot is written
 * beside the old one, naming the new journal; it replaces the old one by a rename; the journals before are deleted.
 * Until the rename, old snapshot and all journals count; from then on, new snapshot and new journal.
 */
export class JournalAdapter implements Adapter<HubData> {
  readonly #options: AdapterOptions
  readonly #closed: Inventory
  #journal: Journal | undefined
  #generation = 0
  #snapshotBytes = 0
  /** In journals before the current one, since the snapshot. */
  #olderBytes = 0
  /** The journal's size at which a snapshot that failed is tried again. */
  #retryAt = 0
  #mustRewrite = false
  /** Between two journals. */
  #turning = false

  constructor(options: AdapterOptions) {
    this.#options = options
    this.#closed = new Inventory(options.directory, options.files)
  }

  /** What was read must be written anew, by `beginJournal` and `write`, before anything may be appended. */
  get mustRewrite(): boolean {
    return this.#mustRewrite
  }

  /** Bytes in journals since the snapshot. */
  get journalBytes(): number {
    return this.#olderBytes + (this.#journal?.length ?? 0)
  }

  /** Something has changed since the snapshot. */
  get changed(): boolean {
    return (
      this.#olderBytes > 0 ||
      (this.#journal?.length ?? 0) > encodeHeader(this.#header('journal', this.#generation)).length
    )
  }

  /**
   * The journals have outgrown the snapshot: another is due. So a byte changed costs at most one more byte of snapshot,
   * and a start reads at most twice what there is.
   */
  get outgrown(): boolean {
    return this.journalBytes > Math.max(this.#options.journalLimit, this.#snapshotBytes, this.#retryAt)
  }

  /** Which of the files that hold the state others have taken, changed or replaced since. */
  async flaws(): Promise<Flaw[]> {
    const { directory, files } = this.#options
    if (this.#turning || this.#journal === undefined) return []
    const [journal, name] = [this.#journal, journalName(this.#generation)]
    const isCurrent = (): boolean => this.#journal === journal && !this.#turning
    const what = await journal.flaw(files, join(directory, name))
    // It may have been closed meanwhile, and another begun.
    return [...(what !== undefined && isCurrent() ? [{ name, what }] : []), ...(await this.#closed.flaws())]
  }

  /**
   * Sets aside what looks like a part of the state and is none: nothing of it may ever be replayed with what is written
   * here.
   */
  async setForeignAside(): Promise<void> {
    const { directory, files, warn } = this.#options
    const names = await files.list(directory)
    for (const name of names.filter((name) => name === SNAPSHOT || journalsIn([name]).length > 0)) {
      const current =
        name === journalName(this.#generation) && (await this.#journal?.flaw(files, join(directory, name)))
      const isOwn = current === undefined || (await this.#closed.has(name))
      if (isOwn) continue
      const aside = await moveAside(this.#options, names, name)
      warn(say`${join(directory, name)} is not what this hub has written: set aside as ${aside}`)
    }
  }

  async read(): Promise<HubData> {
    const { directory, files } = this.#options
    const loaded = await loadStore(this.#options)
    this.#generation = loaded.generation
    this.#snapshotBytes = loaded.snapshotBytes
    this.#olderBytes = loaded.journalBytes
    this.#mustRewrite = loaded.rewrite
    for (const name of loaded.closed) await this.#closed.add(name)
    if (loaded.rewrite) return loaded.data
    const path = join(directory, journalName(loaded.generation))
    if (loaded.length > 0) {
      this.#journal = await Journal.resume(files, path, loaded.length, this.#options)
      this.#olderBytes -= loaded.length
    } else {
      this.#journal = await this.#createJournal(path, loaded.generation)
    }
    return loaded.data
  }

  /** Appends one line to the journal; throws or rejects if it was not written. */
  append(json: string): void | Promise<void> {
    if (this.#journal === undefined) throw new Error('the store has no journal')
    return this.#journal.append(json)
  }

  /** Resolves once everything appended would survive a power failure. */
  async sync(): Promise<void> {
    await this.#journal?.sync()
  }

  /** Lets further changes go to a new journal. Nothing may be appended meanwhile. */
  async beginJournal(): Promise<void> {
    const { directory, journalLimit } = this.#options
    this.#retryAt = this.journalBytes + journalLimit
    const before = this.#journal
    const generation = this.#generation + 1
    const path = join(directory, journalName(generation))
    this.#turning = true
    try {
      // Only the last journal should end in an unfinished line, also after a power failure. A failed sync must not
      // stand in the way:
      // what it has lost is in the snapshot to come.
      await before?.mend().catch(() => {})
      await before?.sync().catch(() => {})
      const journal = await this.#createJournal(path, generation)
      await before?.close().catch(() => {})
      if (before !== undefined) await this.#closed.add(journalName(this.#generation))
      this.#olderBytes += before?.length ?? 0
      this.#generation = generation
      this.#journal = journal
    } finally {
      this.#turning = false
    }
  }

  async #createJournal(path: string, generation: number): Promise<Journal> {
    const { directory, files } = this.#options
    let journal: Journal | undefined
    try {
      journal = await Journal.create(files, path, this.#header('journal', generation), this.#options)
      await files.syncDirectory(directory)
      return journal
    } catch (error) {
      await journal?.close().catch(() => {})
      await files.remove(path).catch(() => {})
      throw error
    }
  }

  /** Replaces the snapshot. Call `beginJournal` first, or the journals do not get shorter. */
  async write(data: HubData): Promise<void> {
    const { directory, files } = this.#options
    const temporary = join(directory, UNFINISHED)
    const generation = this.#generation
    let written: number
    try {
      const file = await files.open(temporary, 'w')
      try {
        written = await writeSnapshot(file, this.#header('snapshot', generation), data)
      } finally {
        await file.close()
      }
      // It may show changes that are not in the journal yet, and perhaps only half of what belongs together.
      await this.#options.settle()
      await this.sync()
      await this.#options.checkOwn()
      await this.#closed.change(SNAPSHOT, () => files.rename(temporary, join(directory, SNAPSHOT)))
    } catch (error) {
      await files.remove(temporary).catch(() => {})
      throw error
    }
    await files.syncDirectory(directory)
    for (const old of journalsIn(this.#closed.names).filter((old) => old < generation))
      this.#closed.remove(journalName(old))
    for (const old of journalsIn(await files.list(directory)).filter((old) => old < generation)) {
      await this.#options.checkOwn()
      await files.remove(join(directory, journalName(old)))
    }
    this.#snapshotBytes = written
    this.#olderBytes = 0
    this.#retryAt = 0
    this.#mustRewrite = false
  }

  /** Rejects if what was appended might not survive a power failure, and is closed nevertheless. */
  async close(): Promise<void> {
    try {
      await this.sync()
    } finally {
      await this.#journal?.close()
    }
  }

  #header(file: FileHeader['file'], generation: number): FileHeader {
    return { format: 'local-iot-hub', file, version: versionAfter(this.#options.migrations), generation }
  }
}

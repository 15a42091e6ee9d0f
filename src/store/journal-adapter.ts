import type { Adapter } from 'lowdb'
import { join } from 'node:path'
import type { HubData } from './changes.ts'
import { encodeHeader, type Header } from './lines.ts'
import { journalName, journalsIn, load, SNAPSHOT, type Source } from './load.ts'
import { Journal, type JournalOptions } from './journal.ts'
import { versionAfter } from './migrations.ts'
import { writeSnapshot } from './snapshot.ts'

export interface AdapterOptions extends Source, JournalOptions {
  /** Bytes that journals may reach before a snapshot is due, however small the last one was. */
  journalLimit: number
  /** Resolves once every change made so far is in the journal. */
  settle(): Promise<void>
}

/**
 * What lowdb reads and writes through: `read` is snapshot plus journals, `write` is a new snapshot. In between, `append`
 * stores a change at the cost of that change.
 *
 * Order of a snapshot, so that a crash at any point loses nothing: a new journal is begun; the snapshot is written beside the old one,
 * naming the new journal; it replaces the old one by a rename; the journals before are deleted. Until the rename, old
 * snapshot and all journals count; from then on, new snapshot and new journal.
 */
export class JournalAdapter implements Adapter<HubData> {
  readonly #options: AdapterOptions
  #journal: Journal | undefined
  #generation = 0
  #snapshotBytes = 0
  /** In journals before the current one, since the snapshot. */
  #olderBytes = 0
  /** The journal's size at which a snapshot that failed is tried again. */
  #retryAt = 0
  #mustRewrite = false

  constructor(options: AdapterOptions) {
    this.#options = options
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
    return this.#olderBytes > 0 || (this.#journal?.length ?? 0) > encodeHeader(this.#header('journal', this.#generation)).length
  }

  /**
   * The journals have outgrown the snapshot: another is due. So a byte changed costs at most one more byte of snapshot, and a start reads
   * at most twice what there is.
   */
  get outgrown(): boolean {
    return this.journalBytes > Math.max(this.#options.journalLimit, this.#snapshotBytes, this.#retryAt)
  }

  async read(): Promise<HubData> {
    const { directory, files } = this.#options
    const loaded = await load(this.#options)
    this.#generation = loaded.generation
    this.#snapshotBytes = loaded.snapshotBytes
    this.#olderBytes = loaded.journalBytes
    this.#mustRewrite = loaded.rewrite
    if (loaded.rewrite) return loaded.data
    const path = join(directory, journalName(loaded.generation))
    if (loaded.length > 0) {
      this.#journal = await Journal.resume(files, path, loaded.length, this.#options)
      this.#olderBytes -= loaded.length
    } else {
      this.#journal = await Journal.create(files, path, this.#header('journal', loaded.generation), this.#options)
      await files.syncDirectory(directory)
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
    const { directory, files, journalLimit } = this.#options
    this.#retryAt = this.journalBytes + journalLimit
    const before = this.#journal
    // Only the last journal may end in an unfinished line, also after a power failure. A failed sync must not stand in the way:
    // what it has lost is in the snapshot to come.
    await before?.mend()
    await before?.sync().catch(() => {})
    const generation = this.#generation + 1
    const path = join(directory, journalName(generation))
    try {
      this.#journal = await Journal.create(files, path, this.#header('journal', generation), this.#options)
      await files.syncDirectory(directory)
    } catch (error) {
      if (this.#journal !== before) await this.#journal?.close()
      this.#journal = before
      await files.remove(path).catch(() => {})
      throw error
    }
    this.#olderBytes += before?.length ?? 0
    this.#generation = generation
    await before?.close()
  }

  /** Replaces the snapshot. Call `beginJournal` first, or the journals do not get shorter. */
  async write(data: HubData): Promise<void> {
    const { directory, files } = this.#options
    const temporary = join(directory, `${SNAPSHOT}.tmp`)
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
      await files.rename(temporary, join(directory, SNAPSHOT))
    } catch (error) {
      await files.remove(temporary).catch(() => {})
      throw error
    }
    await files.syncDirectory(directory)
    for (const old of journalsIn(await files.list(directory))) if (old < generation) await files.remove(join(directory, journalName(old)))
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

  #header(file: Header['file'], generation: number): Header {
    return { format: 'local-iot-hub', file, version: versionAfter(this.#options.migrations), generation }
  }
}

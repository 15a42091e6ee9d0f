import { writeFully, type Files, type OpenFile } from './files.ts'
import type { Flaw } from './inventory.ts'
import { encodeHeader, encodeLine, type FileHeader } from './journal-lines.ts'

/**
 * Up to here a batch is written on the spot, beyond it on a worker thread. Measured (ext4, 2 cores, 370 B a record): on
 * the spot 159,000 batches/s of 1 record, 47,000 of 10, 6,200 of 100, with waits of 1 ms at worst; on a worker thread
 * 22,000, 15,000, 5,000. Handing over costs more than the write, which only copies to the page cache, until the copy
 * itself takes a while.
 */
const ON_THE_SPOT = 256 * 1024

/** How soon appended lines are forced to disk where commits do not wait for that: what a power failure may cost. */
const SYNC_WITHIN_MS = 1000

export interface JournalOptions {
  /** Every append waits until it would survive a power failure. */
  fsync: boolean
  /** Forcing to disk in the background has failed: lines already reported as written may be lost. */
  onLost(error: unknown): void
}

/**
 * The file that changes are appended to. One append at a time. It is open for appending only: a file that somebody cuts
 * short then stays shorter than it should be, instead of getting a hole.
 */
export class Journal {
  readonly #file: OpenFile
  readonly #options: JournalOptions
  #length: number
  #torn = false
  /** An append is under way on another thread. */
  #appending = false
  #timer: NodeJS.Timeout | undefined

  private constructor(file: OpenFile, length: number, options: JournalOptions) {
    this.#file = file
    this.#length = length
    this.#options = options
  }

  /** Begins a file, replacing what may have been left by an attempt that failed. */
  static async create(files: Files, path: string, header: FileHeader, options: JournalOptions): Promise<Journal> {
    const file = await files.open(path, 'a')
    try {
      const line = Buffer.from(encodeHeader(header))
      await file.truncate(0)
      await writeFully(file, line, null)
      await file.sync()
      return new Journal(file, line.length, options)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** Continues a file behind its first `length` bytes and drops the rest. */
  static async resume(files: Files, path: string, length: number, options: JournalOptions): Promise<Journal> {
    const file = await files.open(path, 'a')
    try {
      await file.truncate(length)
      return new Journal(file, length, options)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** Bytes. */
  get length(): number {
    return this.#length
  }

  /** Appends one line, wholly or not at all; throws or rejects if it could not. */
  append(json: string): void | Promise<void> {
    const line = Buffer.from(encodeLine(json))
    if (this.#torn || this.#options.fsync || line.length > ON_THE_SPOT) return this.#appendAside(line)
    try {
      for (let done = 0; done < line.length;) {
        const written = this.#file.writeSync(done === 0 ? line : line.subarray(done))
        if (written === 0) throw new Error('the file system wrote nothing')
        done += written
      }
    } catch (error) {
      this.#torn = true
      throw error
    }
    this.#length += line.length
    this.#syncSoon()
  }

  async #appendAside(line: Buffer): Promise<void> {
    this.#appending = true
    try {
      await this.mend()
      await writeFully(this.#file, line, null)
      // After a failed sync the system may have dropped the pages: the line counts as torn and is written anew.
      if (this.#options.fsync) await this.#file.sync()
    } catch (error) {
      this.#torn = true
      throw error
    } finally {
      this.#appending = false
    }
    this.#length += line.length
    if (!this.#options.fsync) this.#syncSoon()
  }

  /** What others have done to the file, which should be at that path. */
  async flaw(files: Files, path: string): Promise<Flaw['what'] | undefined> {
    const before = this.#length
    const unsure = this.#torn || this.#appending
    const facts = await this.#file.stat().catch(() => undefined)
    if (facts === undefined) return 'can be used no more'
    const { inode, size } = facts
    if (size < before) return 'was cut short'
    // Lines may have been appended meanwhile, or be about to be.
    if (size > this.#length && !unsure && !this.#torn && !this.#appending) return 'was written to by somebody else'
    const found = await files.stat(path)
    if (found === undefined) return 'is gone'
    return found.inode === inode ? undefined : 'was replaced by another file'
  }

  /** Cuts off what a failed append has left, so that the next line does not continue it. */
  async mend(): Promise<void> {
    if (!this.#torn) return
    await this.#file.truncate(this.#length)
    this.#torn = false
  }

  /** Resolves once all that was appended would survive a power failure. */
  async sync(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#file.sync()
  }

  /** Call `sync` first where it matters. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#file.close()
  }

  #syncSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.sync().catch((error: unknown) => this.#options.onLost(error))
    }, SYNC_WITHIN_MS).unref()
  }
}

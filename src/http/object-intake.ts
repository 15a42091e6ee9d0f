import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { HubError, invalid } from '../core/errors.ts'
import type { ObjectPart, ObjectRef, StoredObject } from '../core/seam/needs.ts'
import { checkedSegments, explained, INCOMING, makePlace } from './object-place.ts'
import { say } from '../core/said.ts'

/** Nobody sends one file for so long: what is older was left by a hub that was killed. */
const STALE_MS = 24 * 60 * 60_000

/** An object that has arrived and is to be seen by nobody yet. */
export interface Taken {
  keep(): Promise<StoredObject>
  discard(): Promise<void>
}

/**
 * Puts objects into the folder behind the clouds' object stores, where `ObjectStore` finds them; nothing is ever
 * written outside of the bucket's folder. Every promise resolves once the bytes would survive the process, with `fsync`
 * the power.
 */
export class ObjectIntake {
  readonly #root: string | undefined
  readonly #fsync: boolean
  /** By object: what changes one happens one after the other, in the order in which it is asked for. */
  readonly #changing = new Map<string, Promise<void>>()
  readonly #arriving = new Set<Promise<Taken>>()
  #swept: Promise<void> | undefined

  constructor(root: string | undefined, { fsync = false }: { fsync?: boolean } = {}) {
    this.#root = root === undefined || root === '' ? undefined : resolve(root)
    this.#fsync = fsync
  }

  /** Makes these bytes the whole object, at once for all who look. */
  async store(ref: ObjectRef, bytes: Uint8Array): Promise<StoredObject> {
    return (await this.take(ref, [bytes], bytes.length)).keep()
  }

  /** The object is then what it has been up to `offset`, and these bytes. CONFLICT if it is shorter than `offset`. */
  async append(ref: ObjectRef, bytes: Uint8Array, offset: number): Promise<ObjectPart> {
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw invalid('offset', offset, 'must be a whole number, 0 or greater')
    return this.#alone(ref, async () => ({ ref, size: await this.#write(await this.#place(ref), bytes, offset) }))
  }

  /**
   * Reads all of an object that arrives bit by bit. TOO_LARGE beyond `maxBytes`; whatever goes wrong leaves nothing
   * behind.
   */
  take(ref: ObjectRef, bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, maxBytes: number): Promise<Taken> {
    const arriving = this.#take(ref, bytes, maxBytes).finally(() => this.#arriving.delete(arriving))
    this.#arriving.add(arriving)
    return arriving
  }

  /** Resolves when nothing is arriving any more, nor being tidied away. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#arriving)
  }

  async #take(
    ref: ObjectRef,
    bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    maxBytes: number,
  ): Promise<Taken> {
    // Refused before it is sent, not after.
    this.#rooted()
    checkedSegments(ref)
    const path = join(await this.#incoming(), randomUUID())
    const discard = (): Promise<void> => rm(path, { force: true })
    try {
      const { size, etag } = await this.#fill(path, bytes, maxBytes)
      const keep = async (): Promise<StoredObject> => {
        try {
          await this.#alone(ref, async () => this.#move(path, await this.#place(ref)))
        } catch (error) {
          await discard()
          throw error
        }
        return { ref, size, etag }
      }
      return { keep, discard }
    } catch (error) {
      await discard()
      throw error
    }
  }

  async #fill(
    path: string,
    bytes: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    maxBytes: number,
  ): Promise<{ size: number; etag: string }> {
    const handle = await open(path, 'wx')
    const hash = createHash('md5')
    let size = 0
    try {
      for await (const chunk of bytes) {
        size += chunk.length
        if (size > maxBytes) throw new HubError('TOO_LARGE', say`a file may have ${maxBytes} bytes here`)
        hash.update(chunk)
        await handle.writeFile(chunk)
      }
      if (this.#fsync) await handle.sync()
    } finally {
      await handle.close()
    }
    return { size, etag: hash.digest('hex') }
  }

  async #move(from: string, to: string): Promise<void> {
    await rename(from, to)
    if (this.#fsync) await syncFolder(dirname(to))
  }

  async #write(path: string, bytes: Uint8Array, offset: number): Promise<number> {
    const handle = await open(
      path,
      constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    )
    try {
      const stats = await handle.stat()
      if (!stats.isFile()) throw new HubError('CONFLICT', 'there is something else than a file')
      if (stats.size < offset)
        throw new HubError('CONFLICT', say`it has ${stats.size} bytes: ${offset} cannot be the next`, {
          field: 'offset',
          size: stats.size,
        })
      const end = offset + bytes.length
      try {
        await writeAt(handle, bytes, offset)
        if (stats.size > end) await handle.truncate(end)
        if (this.#fsync) await handle.sync()
      } catch (error) {
        await handle.truncate(offset).catch(() => {})
        throw error
      }
      if (this.#fsync) await syncFolder(dirname(path))
      return end
    } finally {
      await handle.close()
    }
  }

  #place(ref: ObjectRef): Promise<string> {
    return makePlace(this.#rooted(), ref)
  }

  #rooted(): string {
    if (this.#root === undefined)
      throw new HubError('UNSUPPORTED', 'the hub has no folder for files: give it one with --bucket', {
        field: 'bucket',
      })
    return this.#root
  }

  /** In the same file system as the objects: there they can be moved into their place at once. */
  async #incoming(): Promise<string> {
    const folder = join(this.#rooted(), INCOMING)
    await mkdir(folder, { recursive: true })
    await (this.#swept ??= sweep(folder).catch(() => {}))
    return folder
  }

  async #alone<T>(ref: ObjectRef, change: () => Promise<T>): Promise<T> {
    const name = `${ref.bucket}/${ref.key}`
    const mine = (this.#changing.get(name) ?? Promise.resolve()).then(() => explained(ref, change))
    const over = mine.then(
      () => {},
      () => {},
    )
    this.#changing.set(name, over)
    try {
      return await mine
    } finally {
      if (this.#changing.get(name) === over) this.#changing.delete(name)
    }
  }
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length;)
    done += (await handle.write(bytes, done, bytes.length - done, offset + done)).bytesWritten
}

async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const stats = await stat(path).catch(() => undefined)
    if (stats !== undefined && Date.now() - stats.mtimeMs > STALE_MS) await rm(path, { force: true })
  }
}

/** Windows cannot, and needs not. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  await handle.sync().finally(() => handle.close())
}

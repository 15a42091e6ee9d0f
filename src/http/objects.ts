import { createHash } from 'node:crypto'
import { constants, type BigIntStats } from 'node:fs'
import { open, realpath, stat, type FileHandle } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { HubError, invalid } from '../core/errors.ts'
import type { ObjectPart, ObjectRef, StoredObject } from '../core/seam/needs.ts'
import { segmentsOf } from './object-path.ts'
import { bucketFolder, ifThere, isReserved } from './object-place.ts'
import type { ByteRange } from './range.ts'
import { say } from '../core/said.ts'

const CHUNK_BYTES = 64 * 1024
const REMEMBERED_ETAGS = 1000

/** One object opened for reading. Size, etag and bytes are those of one and the same file, whatever takes its place. */
export interface OpenObject extends StoredObject {
  modified: Date
  /** The bytes in order. Throws before the last ones if the file is no longer what the etag was made from. */
  bytes(range?: ByteRange): AsyncGenerator<Buffer, void>
  close(): Promise<void>
}

/**
 * The local folder behind the clouds' object stores: a bucket is a folder in `root`, a key a path in it. Where `root`
 * has no folder of the bucket's name, `root` itself is the bucket, whatever the clients call it. What cannot be reached
 * without leaving `root` (also by a symbolic link) does not exist; without a root nothing exists.
 */
export class ObjectStore {
  readonly #root: string | undefined
  /** MD5 by file, in the order of use; `state` tells whether the file is still the one that was read. */
  readonly #etags = new Map<string, { state: string; etag: Promise<string> }>()

  constructor(root: string | undefined) {
    // An empty path would mean the working directory.
    this.#root = root === undefined || root === '' ? undefined : resolve(root)
  }

  async stat(ref: ObjectRef): Promise<StoredObject | undefined> {
    return this.#with(ref, (object) => ({ ref, size: object.size, etag: object.etag }))
  }

  /** With the first `maxBytes` bytes as content; `size` is that of the whole object. */
  async read(ref: ObjectRef, maxBytes: number): Promise<StoredObject | undefined> {
    return this.#with(ref, async (object) => {
      const end = Math.min(object.size, maxBytes) - 1
      const chunks: Buffer[] = []
      if (end >= 0) for await (const chunk of object.bytes({ start: 0, end })) chunks.push(chunk)
      return { ref, size: object.size, etag: object.etag, content: Buffer.concat(chunks) }
    })
  }

  /**
   * `length` bytes from `offset`, fewer where the file ends; no others are read. INVALID unless both are whole and not
   * negative.
   */
  async readPart(
    ref: ObjectRef,
    { offset, length }: { offset: number; length: number },
  ): Promise<ObjectPart | undefined> {
    for (const [field, value] of Object.entries({ offset, length }))
      if (!Number.isSafeInteger(value) || value < 0) throw invalid(field, value, 'must be a whole number, 0 or greater')
    const path = await this.#locate(ref)
    const handle = path === undefined ? undefined : await openFile(path)
    if (handle === undefined) return undefined
    try {
      const stats = await handle.stat({ bigint: true })
      const size = Number(stats.size)
      const chunks: Buffer[] = []
      for await (const chunk of readRange(
        handle,
        { start: offset, end: Math.min(size, offset + length) - 1 },
        stateOf(stats),
      ))
        chunks.push(chunk)
      return { ref, size, content: Buffer.concat(chunks) }
    } finally {
      await handle.close()
    }
  }

  /** The caller closes it. Throws CONFLICT if the file never stays the same long enough to be read. */
  async open(ref: ObjectRef): Promise<OpenObject | undefined> {
    const path = await this.#locate(ref)
    const handle = path === undefined ? undefined : await openFile(path)
    if (path === undefined || handle === undefined) return undefined
    try {
      const { etag, size, modified, state } = await this.#identify(path, handle)
      return {
        ref,
        size,
        etag,
        modified,
        bytes: (range = { start: 0, end: size - 1 }) => readRange(handle, range, state),
        close: () => handle.close(),
      }
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  async #with<T>(ref: ObjectRef, use: (object: OpenObject) => T | Promise<T>): Promise<T | undefined> {
    const object = await this.open(ref)
    if (object === undefined) return undefined
    try {
      return await use(object)
    } finally {
      await object.close()
    }
  }

  /** The true path of the file, without symbolic links. */
  async #locate(ref: ObjectRef): Promise<string | undefined> {
    const segments = segmentsOf(ref)
    if (this.#root === undefined || segments === undefined || isReserved(segments)) return undefined
    const root = await ifThere(realpath(this.#root))
    if (root === undefined) return undefined
    const path = await ifThere(realpath(join(await bucketFolder(root, segments.bucket), ...segments.key)))
    return path?.startsWith(root.endsWith(sep) ? root : root + sep) === true ? path : undefined
  }

  async #identify(
    path: string,
    handle: FileHandle,
  ): Promise<Pick<OpenObject, 'etag' | 'size' | 'modified'> & { state: string }> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const before = await handle.stat({ bigint: true })
      const state = stateOf(before)
      const etag = await this.#etagOf(path, state, handle)
      if (stateOf(await handle.stat({ bigint: true })) !== state) continue
      return { etag, size: Number(before.size), modified: new Date(Number(before.mtimeMs)), state }
    }
    throw new HubError('CONFLICT', say`${path} changes while it is being read`)
  }

  /** A fleet that asks for new firmware at once waits for one reading of it. */
  async #etagOf(path: string, state: string, handle: FileHandle): Promise<string> {
    const known = this.#etags.get(path)
    const entry = known?.state === state ? known : { state, etag: md5(handle) }
    this.#etags.delete(path)
    this.#etags.set(path, entry)
    const [oldest] = this.#etags.keys()
    if (this.#etags.size > REMEMBERED_ETAGS && oldest !== undefined) this.#etags.delete(oldest)
    try {
      return await entry.etag
    } catch (error) {
      if (this.#etags.get(path) === entry) this.#etags.delete(path)
      throw error
    }
  }
}

/** A pipe or device would block or never end: only plain files are objects. */
async function openFile(path: string): Promise<FileHandle | undefined> {
  if ((await ifThere(stat(path)))?.isFile() !== true) return undefined
  // Windows knows neither flag.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const handle = await ifThere(open(path, flags))
  if (handle === undefined || (await handle.stat()).isFile()) return handle
  await handle.close()
  return undefined
}

async function* readRange(handle: FileHandle, range: ByteRange, state: string): AsyncGenerator<Buffer, void> {
  for (let at = range.start; at <= range.end;) {
    const wanted = Math.min(CHUNK_BYTES, range.end + 1 - at)
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, at)
    at += bytesRead
    const last = bytesRead === 0 || at > range.end
    if (last && stateOf(await handle.stat({ bigint: true })) !== state)
      throw new Error('The file was changed while it was being sent')
    if (bytesRead === 0) throw new Error('The file ended early')
    yield buffer.subarray(0, bytesRead)
  }
}

/** What object stores give as the etag of a plain upload, and what device code compares downloads with. */
async function md5(handle: FileHandle): Promise<string> {
  const hash = createHash('md5')
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
  for (let at = 0; ;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) return hash.digest('hex')
    hash.update(buffer.subarray(0, bytesRead))
    at += bytesRead
  }
}

const stateOf = (stats: BigIntStats): string => `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}`

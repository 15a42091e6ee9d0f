import { basename, dirname } from 'node:path'
import type { Files, OpenFile } from '../../src/store/files.ts'

interface Held {
  inode: string
  bytes: Buffer
}

/** A file system of nothing but memory, which does all that the store asks of one, in no time. */
export class MemoryFiles implements Files {
  readonly #files: Map<string, Held>
  #inodes = 0

  constructor(files = new Map<string, Held>()) {
    this.#files = files
  }

  /** What a crash would leave now, in a file system of its own. */
  copyNow(): MemoryFiles {
    const copies = [...this.#files].map(
      ([path, { inode, bytes }]) => [path, { inode, bytes: Buffer.from(bytes) }] as const,
    )
    return new MemoryFiles(new Map(copies))
  }

  makeDirectory = (): Promise<void> => Promise.resolve()
  syncDirectory = (): Promise<void> => Promise.resolve()
  room = (): Promise<number> => Promise.resolve(Infinity)

  list = (path: string): Promise<string[]> =>
    Promise.resolve([...this.#files.keys()].filter((file) => dirname(file) === path).map((file) => basename(file)))

  read = (path: string): AsyncIterable<Buffer> => this.#read(path)

  async *#read(path: string): AsyncIterable<Buffer> {
    const { bytes } = this.#found(path)
    if (bytes.length > 0) yield await Promise.resolve(bytes)
  }

  open = (path: string, flags: 'w' | 'a'): Promise<OpenFile> => {
    let file = this.#files.get(path)
    if (file === undefined)
      this.#files.set(path, (file = { inode: String((this.#inodes += 1)), bytes: Buffer.alloc(0) }))
    if (flags === 'w') file.bytes = Buffer.alloc(0)
    return Promise.resolve(opened(file, flags === 'a'))
  }

  stat = (path: string): ReturnType<Files['stat']> => {
    const file = this.#files.get(path)
    return Promise.resolve(file && { inode: file.inode, size: file.bytes.length })
  }

  rename = (from: string, to: string): Promise<void> => {
    this.#files.set(to, this.#found(from))
    this.#files.delete(from)
    return Promise.resolve()
  }

  remove = (path: string): Promise<void> => {
    this.#files.delete(path)
    return Promise.resolve()
  }

  copy = (from: string, to: string): Promise<void> => {
    const { bytes } = this.#found(from)
    this.#files.set(to, { inode: String((this.#inodes += 1)), bytes: Buffer.from(bytes) })
    return Promise.resolve()
  }

  #found(path: string): Held {
    const file = this.#files.get(path)
    if (file === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' })
    return file
  }
}

function opened(file: Held, appends: boolean): OpenFile {
  const write = (bytes: Uint8Array, position: number | null): number => {
    const at = appends || position === null ? file.bytes.length : position
    const grown = Buffer.alloc(Math.max(file.bytes.length, at + bytes.length))
    file.bytes.copy(grown)
    grown.set(bytes, at)
    file.bytes = grown
    return bytes.length
  }
  return {
    writeSync: (bytes) => write(bytes, null),
    write: (bytes, position) => Promise.resolve(write(bytes, position)),
    sync: () => Promise.resolve(),
    truncate: (length) => {
      file.bytes = file.bytes.subarray(0, length)
      return Promise.resolve()
    },
    stat: () => Promise.resolve({ inode: file.inode, size: file.bytes.length }),
    close: () => Promise.resolve(),
  }
}

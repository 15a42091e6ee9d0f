import { constants, createReadStream, writeSync, type BigIntStats } from 'node:fs'
import { copyFile, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'

/** Which file it is, wherever it is by now, and how many bytes it has. */
export interface FileFacts {
  inode: string
  size: number
}

/**
 * A file open for writing. Positions and lengths are bytes; what is opened for appending is always written at its end.
 */
export interface OpenFile {
  /** Returns how many bytes were written, which may be fewer than given. */
  writeSync(bytes: Uint8Array): number
  write(bytes: Uint8Array, position: number | null): Promise<number>
  /** Resolves once the content would survive a power failure. */
  sync(): Promise<void>
  truncate(length: number): Promise<void>
  stat(): Promise<FileFacts>
  close(): Promise<void>
}

/** The file-system calls the store makes; tests put failing or observing ones in their place. */
export interface Files {
  makeDirectory(path: string): Promise<void>
  list(path: string): Promise<string[]>
  /** The content in pieces of up to 1 MB. */
  read(path: string): AsyncIterable<Buffer>
  /** `w` creates or empties the file, `a` appends to it and makes it if need be. */
  open(path: string, flags: 'w' | 'a'): Promise<OpenFile>
  /** `undefined` if there is none of that name. */
  stat(path: string): Promise<FileFacts | undefined>
  /** Bytes that may yet be written in the directory. */
  room(path: string): Promise<number>
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** Fails if `to` exists. */
  copy(from: string, to: string): Promise<void>
  /** Makes creations, renames and removals in the directory survive a power failure. */
  syncDirectory(path: string): Promise<void>
}

/** The real file system. What the store creates is for its user alone: it holds device secrets. */
export const nodeFiles: Files = {
  makeDirectory: async (path) => void (await mkdir(path, { recursive: true, mode: 0o700 })),
  list: (path) => readdir(path),
  read: (path) => createReadStream(path, { highWaterMark: 1 << 20 }),
  open: async (path, flags) => {
    const handle = await open(path, flags, 0o600)
    return {
      writeSync: (bytes) => writeSync(handle.fd, bytes),
      write: async (bytes, position) => (await handle.write(bytes, 0, bytes.length, position)).bytesWritten,
      sync: () => handle.datasync(),
      truncate: (length) => handle.truncate(length),
      stat: async () => factsOf(await handle.stat({ bigint: true })),
      close: () => handle.close(),
    }
  },
  stat: async (path) => {
    try {
      return factsOf(await stat(path, { bigint: true }))
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
        return undefined
      throw error
    }
  },
  room: async (path) => {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize
  },
  rename,
  remove: (path) => rm(path, { force: true }),
  copy: (from, to) => copyFile(from, to, constants.COPYFILE_EXCL),
  syncDirectory: async (path) => {
    // Windows has no such thing: opening a directory fails there, and its renames are durable without it.
    if (process.platform === 'win32') return
    const handle = await open(path, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
}

const factsOf = ({ ino, size }: BigIntStats): FileFacts => ({ inode: String(ino), size: Number(size) })

/** Writes all of `bytes` at `position`, or appends them, however many calls that takes. */
export async function writeFully(file: OpenFile, bytes: Uint8Array, position: number | null): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const written = await file.write(bytes.subarray(done), position === null ? null : position + done)
    if (written === 0) throw new Error('the file system wrote nothing')
    done += written
  }
}

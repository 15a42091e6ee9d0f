import { constants, createReadStream, writeSync } from 'node:fs'
import { copyFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises'

/** A file open for writing. Positions and lengths are bytes. */
export interface OpenFile {
  /** Returns how many bytes were written, which may be fewer than given. */
  writeSync(bytes: Uint8Array, position: number): number
  write(bytes: Uint8Array, position: number): Promise<number>
  /** Resolves once the content would survive a power failure. */
  sync(): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

/** The file-system calls the store makes; tests put failing or observing ones in their place. */
export interface Files {
  makeDirectory(path: string): Promise<void>
  list(path: string): Promise<string[]>
  /** The content in pieces of up to 1 MB. */
  read(path: string): AsyncIterable<Buffer>
  /** `w` creates or empties the file, `r+` needs it to exist. */
  open(path: string, flags: 'w' | 'r+'): Promise<OpenFile>
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
      writeSync: (bytes, position) => writeSync(handle.fd, bytes, 0, bytes.length, position),
      write: async (bytes, position) => (await handle.write(bytes, 0, bytes.length, position)).bytesWritten,
      sync: () => handle.datasync(),
      truncate: (length) => handle.truncate(length),
      close: () => handle.close(),
    }
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

/** Writes all of `bytes` at `position`, however many calls that takes. */
export async function writeFully(file: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const written = await file.write(bytes.subarray(done), position + done)
    if (written === 0) throw new Error('the file system wrote nothing')
    done += written
  }
}

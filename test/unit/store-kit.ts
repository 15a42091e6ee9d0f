import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { TestContext } from 'node:test'
import { nodeFiles, type Files, type OpenFile } from '../../src/store/files.ts'
import type { Store } from '../../src/store/store.ts'

export interface Thing {
  v: number
  text?: string
}

/** A directory that is gone after the test. */
export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'hub-store-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** What a crash in this instant would leave: the files as they are, and a lock that nobody holds any more. */
export function copyAsAfterCrash(from: string, to: string): string {
  cpSync(realpathSync(from), to, { recursive: true, filter: (path) => !isAside(basename(path)) })
  return to
}

/** What is in the directory, but is no part of the state. */
const isAside = (name: string): boolean => name.startsWith('hub.lock.') || name === 'reserve'

/** The content of every file but the lock and the reserve. */
export function contentsOf(directory: string): Record<string, string> {
  const names = readdirSync(directory).filter((name) => !isAside(name))
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(directory, name), 'latin1')]))
}

export const entriesOf = (store: Store, table: string): [string, object][] => [...store.table(table).entries()]

/** Called around every change of a file, before it or after it; what it throws is what the caller gets. */
export type Probe = (call: string, name: string, when: 'before' | 'after') => void | Promise<void>

/**
 * The real file system, or another, probed. `writeSync` is only probed before, and its probe must not be asynchronous.
 */
export function probedFiles(
  probe: Probe,
  writeSync?: (write: OpenFile['writeSync'], bytes: Uint8Array) => number,
  base: Files = nodeFiles,
): Files {
  const around = async <T>(call: string, path: string, work: () => Promise<T>): Promise<T> => {
    await probe(call, basename(path), 'before')
    const result = await work()
    await probe(call, basename(path), 'after')
    return result
  }
  return {
    ...base,
    open: async (path, flags) => {
      const file = await around('open', path, () => base.open(path, flags))
      return {
        writeSync: (bytes) => {
          void probe('writeSync', basename(path), 'before')
          return writeSync === undefined ? file.writeSync(bytes) : writeSync(file.writeSync, bytes)
        },
        write: (bytes, position) => around('write', path, () => file.write(bytes, position)),
        sync: () => around('sync', path, () => file.sync()),
        stat: () => file.stat(),
        truncate: (length) => around('truncate', path, () => file.truncate(length)),
        close: () => around('close', path, () => file.close()),
      }
    },
    rename: (from, to) => around('rename', from, () => base.rename(from, to)),
    remove: (path) => around('remove', path, () => base.remove(path)),
    copy: (from, to) => around('copy', from, () => base.copy(from, to)),
    syncDirectory: (path) => around('syncDirectory', path, () => base.syncDirectory(path)),
  }
}

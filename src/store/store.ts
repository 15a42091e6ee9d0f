import { MemoryTables, type Tables } from '../core/table.ts'
import { nodeFiles, type Files } from './files.ts'
import { JournaledStore } from './journaled-store.ts'
import { lockDirectory } from './lock.ts'
import { MIGRATIONS, type Migration } from './migrations.ts'

/** The hub's database: tables in memory, every committed change on disk. */
export interface Store extends Tables {
  /** Absent for a store in memory. */
  readonly directory?: string
  /** What was found wrong, for people to read. */
  readonly warnings: readonly string[]
  /**
   * Resolves once everything changed so far is written: it survives the end of the process, and with `fsync` that of the power.
   * Rejects if it could not be written; the change is kept and the next commit tries again.
   */
  commit(): Promise<void>
  /** Replaces snapshot and journal by a new snapshot. Happens by itself when due. */
  snapshot(): Promise<void>
  /** Commits, writes a last snapshot, gives the directory free. Rejects if something could not be committed, and is closed nevertheless. */
  close(): Promise<void>
}

export interface StoreOptions {
  directory: string
  /** Commits wait until they would survive a power failure; otherwise about the last second's may be lost by one. */
  fsync?: boolean
  /** Told of each warning as it arises. */
  onWarning?: (text: string) => void
  /**
   * Bytes that journals may always reach before a snapshot replaces them; 32 MB unless told. Measured: every snapshot holds commits
   * up for two syncs of the disk, which at 4 MB and 20,000 updates a second was a tenth of the time; a start reads 32 MB in 0.2 s.
   */
  journalLimit?: number
  /** For tests of the store itself. */
  migrations?: readonly Migration[]
  /** For tests of the store itself. */
  files?: Files
}

/** A store that keeps nothing. */
export function memoryStore(): Store {
  const tables = new MemoryTables()
  const done = Promise.resolve()
  return { warnings: [], table: (name) => tables.table(name), commit: () => done, snapshot: () => done, close: () => done }
}

/** Opens the database in a directory, made if need be. Throws `StoreError` if another hub has it or a newer release wrote it. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { directory, fsync = false, journalLimit = 32 * 1024 * 1024, migrations = MIGRATIONS, files = nodeFiles, onWarning } = options
  await files.makeDirectory(directory)
  const unlock = lockDirectory(directory)
  const store = new JournaledStore({ directory, fsync, journalLimit, migrations, files }, unlock, onWarning)
  try {
    await store.load()
    return store
  } catch (error) {
    await store.abandon()
    throw error
  }
}

import { MemoryTables, type Tables } from '../core/table.ts'
import { nodeFiles, type Files } from './files.ts'
import { JournaledStore } from './journaled-store.ts'
import { Lock } from './lock.ts'
import { MIGRATIONS, type Migration } from './migrations.ts'
import type { StoreError } from './store-error.ts'
import type { Words } from '../core/said.ts'

/** The hub's database: tables in memory, every committed change on disk. */
export interface Store extends Tables {
  /** Absent for a store in memory. */
  readonly directory?: string
  /** What was found wrong, for people to read. */
  readonly warnings: readonly Words[]
  /**
   * Why no change is taken at present: what is changed could not be kept. Absent if all is well. Whoever asks for a
   * change is to be refused then; what changes all the same is kept in memory, and stored once that is possible.
   */
  readonly refusal?: StoreError | undefined
  /** How many changes there have been. */
  readonly changes: number
  /**
   * Resolves once everything changed so far is written: it survives the end of the process, and with `fsync` that of
   * the power. What cannot be written is held until it can be. Rejects if the store is closed before, or the directory
   * is another hub's by now.
   */
  commit(): Promise<void>
  /** Decides something while every change is refused with that error. */
  refusing<T>(error: Error, decide: () => T): T
  /** Replaces snapshot and journal by a new snapshot. Happens by itself when due. */
  snapshot(): Promise<void>
  /**
   * Tries a last time to write what is held. From then on a commit that fails is rejected at once. Never rejects
   * itself.
   */
  finish(): Promise<void>
  /**
   * Commits, writes a last snapshot, gives the directory free. Rejects if not everything is kept, and is closed
   * nevertheless.
   */
  close(): Promise<void>
}

export interface StoreOptions {
  directory: string
  /** Commits wait until they would survive a power failure; otherwise about the last second's may be lost by one. */
  fsync?: boolean
  /** Told of each warning as it arises. */
  onWarning?: (text: Words) => void
  /** Another hub has taken the directory: nothing more is stored. */
  onLost?: (error: StoreError) => void
  /**
   * Bytes that journals may always reach before a snapshot replaces them; 32 MB unless told. Measured: every snapshot
   * holds commits up for two syncs of the disk, which at 4 MB and 20,000 updates a second was a tenth of the time; a
   * start reads 32 MB in 0.2 s.
   */
  journalLimit?: number
  /** For tests of the store itself. */
  migrations?: readonly Migration[]
  /** For tests of the store itself. */
  files?: Files
}

/** A store that keeps nothing. */
export function memoryStore(): Store {
  let changed = false
  let gathering: Promise<void> | undefined
  const tables = new MemoryTables({ changed: () => (changed = true) })
  const done = Promise.resolve()
  const close = (resolve: () => void): void => {
    gathering = undefined
    resolve()
  }
  // As on disk, what is decided in one turn of the event loop is answered together: one by one costs a third more.
  const commit = (): Promise<void> => {
    if (gathering !== undefined || !changed) return gathering ?? done
    changed = false
    return (gathering = new Promise((resolve) => setImmediate(close, resolve)))
  }
  return {
    warnings: [],
    changes: 0,
    table: (name) => tables.table(name),
    commit,
    refusing: (_, decide) => decide(),
    snapshot: () => done,
    finish: () => done,
    close: () => done,
  }
}

/**
 * Opens the database in a directory, made if need be. Throws `StoreError` if another hub has it or a newer release
 * wrote it.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const {
    directory,
    fsync = false,
    journalLimit = 32 * 1024 * 1024,
    migrations = MIGRATIONS,
    files = nodeFiles,
  } = options
  await files.makeDirectory(directory)
  const lock = await Lock.take(directory)
  const store = new JournaledStore({ directory, fsync, journalLimit, migrations, files }, lock, options)
  try {
    await store.load()
    return store
  } catch (error) {
    await store.abandon()
    throw error
  }
}

import { Low } from 'lowdb'
import { Table } from '../core/table.ts'
import { DirtyKeys, type HubData } from './dirty-keys.ts'
import { GroupCommit } from './group-commit.ts'
import { Guardian } from './guardian.ts'
import { listOf } from './inventory.ts'
import { JournalAdapter, type AdapterOptions } from './journal-adapter.ts'
import type { Lock } from './lock.ts'
import { Reserve } from './reserve.ts'
import type { Store } from './store.ts'
import { StoreError } from './store-error.ts'
import { asSaid, say, type Words } from '../core/said.ts'

type JournaledOptions = Omit<AdapterOptions, 'warn' | 'settle' | 'checkOwn' | 'onLost'>

/** What the store tells as it happens. */
export interface Told {
  onWarning?: ((text: Words) => void) | undefined
  onLost?: ((error: StoreError) => void) | undefined
}

/** So many are kept to be asked for; later ones are only told. */
const WARNINGS = 100

/** Tables in memory, a journal and a snapshot of them in a directory. */
export class JournaledStore implements Store {
  readonly directory: string
  readonly warnings: Words[] = []
  readonly #options: JournaledOptions
  readonly #tables = new Map<string, Table<object>>()
  readonly #changes = new DirtyKeys()
  readonly #commits: GroupCommit
  readonly #adapter: JournalAdapter
  readonly #low: Low<HubData>
  readonly #lock: Lock
  readonly #reserve: Reserve
  readonly #guardian: Guardian
  readonly #told: Told
  #snapshotting: Promise<void> | undefined
  #closing: Promise<void> | undefined

  /** The directory exists and is this process's until `lock` is released. */
  constructor(options: JournaledOptions, lock: Lock, told: Told) {
    this.directory = options.directory
    this.#options = options
    this.#lock = lock
    this.#told = told
    this.#reserve = new Reserve(options.directory, options.files)
    this.#commits = new GroupCommit(this.#changes, {
      write: (json) => this.#append(json),
      onFailure: (error) => void this.#guardian.failed(error),
    })
    this.#adapter = new JournalAdapter({
      ...options,
      warn: (text) => this.#warn(text),
      settle: () => this.#commits.flush(),
      checkOwn: () => this.#guardian.checkOwn(),
      onLost: (error) => {
        const what = say`the journal in ${this.directory} could not be forced to disk (${String(error)})`
        this.#warn(say`${what}; everything is being written anew`)
        this.#snapshotInBackground()
      },
    })
    this.#low = new Low<HubData>(this.#adapter, { tables: new Map() })
    this.#guardian = this.#guard()
  }

  get refusal(): StoreError | undefined {
    return this.#guardian.refusal
  }

  get changes(): number {
    return this.#changes.count
  }

  /** Reads what there is. To be called first. */
  async load(): Promise<void> {
    await this.#low.read()
    for (const [name, records] of this.#low.data.tables) this.#changes.track(name, records)
    // A hub that was taken for dead, and is not, must not write to the journal that is written to here.
    if (this.#adapter.mustRewrite || this.#lock.passedOver) await this.snapshot()
    await this.#guardian.look()
  }

  /** Gives everything free without writing anything. */
  async abandon(): Promise<void> {
    this.#guardian.stop()
    await this.#reserve.spend().catch(() => {})
    await this.#adapter.close().catch(() => {})
    await this.#lock.release()
  }

  table<T extends object>(name: string): Table<T> {
    let table = this.#tables.get(name)
    if (table === undefined) {
      this.#tables.set(name, (table = new Table<object>(name, this.#recordsOf(name), this.#changes)))
    }
    // The caller knows what it keeps under a name; the store does not.
    return table as unknown as Table<T>
  }

  #recordsOf(name: string): Map<string, object> {
    const { tables } = this.#low.data
    let records = tables.get(name)
    if (records === undefined) {
      tables.set(name, (records = new Map()))
      this.#changes.track(name, records)
    }
    return records
  }

  commit(): Promise<void> {
    const { gate } = this.#guardian
    return gate === undefined ? this.#commits.commit() : this.#commits.commit().then(() => gate)
  }

  refusing<T>(error: Error, decide: () => T): T {
    this.#changes.refusal = error
    try {
      return decide()
    } finally {
      this.#changes.refusal = undefined
    }
  }

  snapshot(): Promise<void> {
    if (this.#closing !== undefined) {
      return Promise.reject(new StoreError('CLOSED', 'the store is closed: no snapshot was written'))
    }
    return this.#replaceSnapshot()
  }

  #replaceSnapshot(): Promise<void> {
    return this.#snapshotting ?? this.#alone(() => this.#writeSnapshot())
  }

  /** Nothing else writes a snapshot meanwhile. */
  #alone(work: () => Promise<void>): Promise<void> {
    const snapshotting = work().finally(() => {
      if (this.#snapshotting === snapshotting) this.#snapshotting = undefined
    })
    this.#snapshotting = snapshotting
    return snapshotting
  }

  async #writeSnapshot(): Promise<void> {
    await this.#guardian.checkOwn()
    // Commits have to wait for the one within `beginJournal`: leave it little to do.
    await this.#adapter.sync().catch(() => {})
    await this.#commits.exclusively(() => this.#adapter.beginJournal())
    await this.#low.write()
  }

  #rewrite(): Promise<void> {
    const before = this.#snapshotting
    return this.#alone(async () => {
      await before?.catch(() => {})
      await this.#options.files.makeDirectory(this.directory)
      await this.#adapter.setForeignAside()
      await this.#writeSnapshot()
    })
  }

  /** Not on the spot if it is a while since the directory was looked at: it may be another's by now. */
  #append(json: string): void | Promise<void> {
    if (this.#lock.isDue) return this.#guardian.checkOwn().then(() => this.#appendOwn(json))
    return this.#appendOwn(json)
  }

  #appendOwn(json: string): void | Promise<void> {
    const written = this.#adapter.append(json)
    if (this.#adapter.outgrown) this.#snapshotInBackground()
    return written
  }

  #snapshotInBackground(): void {
    if (this.#snapshotting !== undefined || this.#closing !== undefined) return
    this.snapshot().catch((error: unknown) => {
      this.#warn(say`no snapshot could be written in ${this.directory} (${String(error)}); it will be tried again`)
    })
  }

  #guard(): Guardian {
    return new Guardian({
      directory: this.directory,
      lock: this.#lock,
      reserve: this.#reserve,
      flaws: () => this.#adapter.flaws(),
      rewrite: () => this.#rewrite(),
      failed: () => this.#commits.failed,
      retry: () => this.#commits.flush(),
      retryElsewhere: async () => {
        if (this.#adapter.changed) await this.#commits.exclusively(() => this.#adapter.beginJournal())
        await this.#commits.flush()
        this.#snapshotInBackground()
      },
      warn: (text) => this.#warn(text),
      onLost: (error) => {
        void this.#commits.close(error)
        this.#told.onLost?.(error)
      },
    })
  }

  async finish(): Promise<void> {
    await this.#guardian.finish()
    if (this.refusal !== undefined) this.#commits.giveUp(this.refusal)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    try {
      await this.finish()
      await this.#snapshotting?.catch(() => {})
      if (this.refusal?.code === 'LOST') throw this.refusal
      await this.#reserve.spend().catch(() => {})
      await this.#commits.flush()
      if (this.#adapter.changed) {
        await this.#replaceSnapshot().catch((error: unknown) => {
          this.#warn(say`no last snapshot could be written in ${this.directory} (${String(error)})`)
        })
      }
      await this.#commits.flush()
      await this.#checkKept()
    } finally {
      await this.#commits.close()
      await this.#adapter.close().finally(() => this.#release())
    }
  }

  /** A lock that stays is nobody's once the process has ended: no reason to say that something is not kept. */
  async #release(): Promise<void> {
    await this.#lock.release().catch((error: unknown) => {
      const why = say`the lock of ${this.directory} could not be removed (${String(error)})`
      this.#warn(
        say`${why}: the next start finds nobody behind it, and removes it once the rights of the folder allow that`,
      )
    })
  }

  /** Rejects unless all that was ever acknowledged can be read again from the directory. */
  async #checkKept(): Promise<void> {
    const what = listOf(await this.#adapter.flaws())
    if (what === undefined) return
    throw new StoreError('UNKEPT', say`what the hub knew is not kept in ${this.directory}: ${asSaid(what)}`)
  }

  #warn(text: Words): void {
    if (this.warnings.length < WARNINGS) this.warnings.push(text)
    this.#told.onWarning?.(text)
  }
}

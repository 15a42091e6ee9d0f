import { Low } from 'lowdb'
import { Table } from '../core/table.ts'
import { Changes, type HubData } from './changes.ts'
import { GroupCommit } from './group-commit.ts'
import { JournalAdapter, type AdapterOptions } from './journal-adapter.ts'
import type { Store } from './store.ts'
import { StoreError } from './store-error.ts'

type JournaledOptions = Omit<AdapterOptions, 'warn' | 'settle' | 'onLost'>

/** Tables in memory, a journal and a snapshot of them in a directory. */
export class JournaledStore implements Store {
  readonly directory: string
  readonly warnings: string[] = []
  readonly #tables = new Map<string, Table<object>>()
  readonly #changes = new Changes()
  readonly #commits = new GroupCommit(this.#changes, (json) => this.#append(json))
  readonly #adapter: JournalAdapter
  readonly #low: Low<HubData>
  readonly #unlock: () => void
  readonly #onWarning: ((text: string) => void) | undefined
  #snapshotting: Promise<void> | undefined
  #closing: Promise<void> | undefined

  /** The directory exists and is this process's until `unlock` is called. */
  constructor(options: JournaledOptions, unlock: () => void, onWarning?: (text: string) => void) {
    this.directory = options.directory
    this.#unlock = unlock
    this.#onWarning = onWarning
    this.#adapter = new JournalAdapter({
      ...options,
      warn: (text) => this.#warn(text),
      settle: () => this.commit(),
      onLost: (error) => {
        this.#warn(`the journal in ${this.directory} could not be forced to disk (${String(error)}); everything is being written anew`)
        this.#snapshotInBackground()
      },
    })
    this.#low = new Low<HubData>(this.#adapter, { tables: new Map() })
  }

  /** Reads what there is. To be called first. */
  async load(): Promise<void> {
    await this.#low.read()
    for (const [name, records] of this.#low.data.tables) this.#changes.track(name, records)
    if (this.#adapter.mustRewrite) await this.snapshot()
  }

  /** Gives everything free without writing anything. */
  async abandon(): Promise<void> {
    await this.#adapter.close().catch(() => {})
    this.#unlock()
  }

  table<T extends object>(name: string): Table<T> {
    let table = this.#tables.get(name)
    if (table === undefined) this.#tables.set(name, (table = new Table<object>(name, this.#recordsOf(name), this.#changes)))
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
    return this.#commits.commit()
  }

  snapshot(): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(new StoreError('CLOSED', 'the store is closed: no snapshot was written'))
    return this.#replaceSnapshot()
  }

  #replaceSnapshot(): Promise<void> {
    this.#snapshotting ??= this.#writeSnapshot().finally(() => (this.#snapshotting = undefined))
    return this.#snapshotting
  }

  async #writeSnapshot(): Promise<void> {
    // Commits have to wait for the one within `beginJournal`: leave it little to do.
    await this.#adapter.sync().catch(() => {})
    await this.#commits.exclusively(() => this.#adapter.beginJournal())
    await this.#low.write()
  }

  #append(json: string): void | Promise<void> {
    const written = this.#adapter.append(json)
    if (this.#adapter.outgrown) this.#snapshotInBackground()
    return written
  }

  #snapshotInBackground(): void {
    if (this.#snapshotting !== undefined || this.#closing !== undefined) return
    this.snapshot().catch((error: unknown) => {
      this.#warn(`no snapshot could be written in ${this.directory} (${String(error)}); the journal keeps everything, and it will be tried again`)
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    try {
      await this.#snapshotting?.catch(() => {})
      await this.commit()
      if (this.#adapter.changed) {
        await this.#replaceSnapshot().catch((error: unknown) => {
          this.#warn(`no last snapshot could be written in ${this.directory} (${String(error)}); the journal keeps everything`)
        })
      }
      await this.commit()
    } finally {
      await this.#commits.close()
      await this.#adapter.close().finally(this.#unlock)
    }
  }

  #warn(text: string): void {
    this.warnings.push(text)
    this.#onWarning?.(text)
  }
}

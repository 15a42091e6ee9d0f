import type { Dialect } from '../dialect/dialect.ts'
import type { Change, Endpoints, HubApi } from '../shared/api.ts'
import type { StoreOptions } from '../store/store.ts'

export interface Hub {
  /** Ready means: state loaded and every listener bound. Rejects with what stands in the way and what to change. */
  start(): Promise<Endpoints>
  /**
   * Ends connections, writes everything down. Rejects if something could not be written; the hub is stopped
   * nevertheless.
   */
  stop(how?: StopOptions): Promise<void>
  /** Settles as `stop` does once the hub has stopped, whoever asked for it: another process may, by the API. */
  readonly stopped: Promise<void>
  readonly api: HubApi
  readonly events: HubEvents
}

export interface StopOptions {
  /** A client that is attached may take its place. */
  handOver?: boolean
}

export interface HubEvents {
  /** Called after the commit of whatever changed; returns a way to call it off. */
  on(listener: (change: Change) => void): () => void
}

/** What only programs choose. */
export interface HubExtras {
  /** Keep every device's last messages from the start, not only once somebody has asked for some. */
  traffic?: boolean
  /** Other processes may run it on when this one ends: its state is on the disk. */
  handsOver?: boolean
  /** A folder in which running hubs are listed, besides the locator that each leaves in its own data folder. */
  list?: string
  /** The clouds that it speaks; absent: every one of the registry. */
  dialects?: readonly Dialect[]
  /** For tests of what becomes of a hub whose disk fails, or that is killed. */
  store?: Pick<StoreOptions, 'files' | 'journalLimit'>
}

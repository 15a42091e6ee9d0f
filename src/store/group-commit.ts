import type { Batch, Changes } from './changes.ts'
import { StoreError } from './store-error.ts'

interface Waiting {
  promise: Promise<void>
  resolve(): void
  reject(error: unknown): void
}

const DONE = Promise.resolve()

/**
 * Writes changes in batches: all of one event-loop turn in one, and those that arrive during a write in the next.
 * `setImmediate` closes a batch, since it runs after every socket that had something to read has been served;
 * a microtask would run after each of them, and no two devices would ever share a write.
 */
export class GroupCommit {
  readonly #changes: Changes
  readonly #write: (json: string) => void | Promise<void>
  #writing: Waiting | undefined
  #next: Waiting | undefined
  #scheduled = false
  #held = false
  #closed = false

  /** `write` throws or rejects if not all of it was written. */
  constructor(changes: Changes, write: (json: string) => void | Promise<void>) {
    this.#changes = changes
    this.#write = write
  }

  /** Resolves once everything changed so far is written; rejects, with the changes kept for the next try, if it was not. */
  commit(): Promise<void> {
    if (this.#next !== undefined) return this.#next.promise
    if (this.#changes.none) return this.#writing?.promise ?? DONE
    if (this.#closed) return Promise.reject(closed())
    this.#next = waiting()
    this.#schedule()
    return this.#next.promise
  }

  /** Runs `work` while nothing is being written; commits wait until it is done. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    this.#held = true
    try {
      await this.#writing?.promise.catch(() => {})
      return await work()
    } finally {
      this.#held = false
      this.#schedule()
    }
  }

  /** Lets the write under way finish and refuses every other. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#writing?.promise.catch(() => {})
    this.#next?.reject(closed())
    this.#next = undefined
  }

  #schedule(): void {
    if (this.#scheduled || this.#next === undefined || this.#writing !== undefined) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      if (!this.#held) this.#run()
    })
  }

  #run(): void {
    const waiters = this.#next
    if (waiters === undefined) return
    this.#next = undefined
    this.#writing = waiters
    let batch: Batch | undefined
    const failed = (error: unknown): void => {
      if (batch !== undefined) this.#changes.putBack(batch)
      this.#finish(() => waiters.reject(error))
    }
    try {
      batch = this.#changes.take()
      const written = this.#write(batch.json)
      if (written === undefined) this.#finish(waiters.resolve)
      else written.then(() => this.#finish(waiters.resolve), failed)
    } catch (error) {
      failed(error)
    }
  }

  #finish(settle: () => void): void {
    this.#writing = undefined
    settle()
    this.#schedule()
  }
}

function waiting(): Waiting {
  let settle: Omit<Waiting, 'promise'> | undefined
  const promise = new Promise<void>((resolve, reject) => (settle = { resolve, reject }))
  return { promise, ...(settle as unknown as Omit<Waiting, 'promise'>) }
}

const closed = (): StoreError => new StoreError('CLOSED', 'the store is closed: the change was not written')

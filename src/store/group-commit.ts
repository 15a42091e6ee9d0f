import type { Batch, DirtyKeys } from './dirty-keys.ts'
import { StoreError } from './store-error.ts'

interface Waiting {
  promise: Promise<void>
  resolve(): void
  reject(error: unknown): void
}

export interface GroupCommitOptions {
  /** Throws or rejects if not all of it was written. */
  write(json: string): void | Promise<void>
  /**
   * A batch could not be written. It is kept, and who waits for it goes on waiting, until `retry` is called and
   * succeeds.
   */
  onFailure(error: unknown): void
}

const DONE = Promise.resolve()

/**
 * Writes changes in batches: all of one event-loop turn in one, and those that arrive during a write in the next.
 * `setImmediate` closes a batch, since it runs after every socket that had something to read has been served;
 * a microtask would run after each of them, and no two devices would ever share a write.
 */
export class GroupCommit {
  readonly #changes: DirtyKeys
  readonly #options: GroupCommitOptions
  #writing: Waiting | undefined
  /** Resolves when the write under way has ended, well or not. */
  #ending: Promise<void> = DONE
  #next: Waiting | undefined
  /** Callers that wait for what could not be written yet, before those of the next batch. */
  #held: Waiting[] = []
  /** Those of them who want to hear of a failure rather than wait. */
  readonly #impatient = new Set<(error: unknown) => void>()
  #scheduled = false
  /** Nothing is written: the journal is being changed, or what was tried last has failed. */
  #paused = false
  #failed = false
  /** Nobody is held any more. */
  #final = false
  #closed: StoreError | undefined

  constructor(changes: DirtyKeys, options: GroupCommitOptions) {
    this.#changes = changes
    this.#options = options
  }

  /** The last attempt to write has failed. */
  get failed(): boolean {
    return this.#failed
  }

  /** Resolves once everything changed so far is written. Rejects only if the store is closed before it can be. */
  commit(): Promise<void> {
    if (this.#next !== undefined) return this.#next.promise
    if (this.#changes.none) return this.#writing?.promise ?? DONE
    if (this.#closed !== undefined) return Promise.reject(this.#closed)
    this.#next = waiting()
    this.#schedule()
    return this.#next.promise
  }

  /** As `commit`, but tries at once, and rejects if that fails. */
  async flush(): Promise<void> {
    const committed = this.commit()
    let impatient: ((error: unknown) => void) | undefined
    const failed = new Promise<never>((_, reject) => this.#impatient.add((impatient = reject)))
    failed.catch(() => {})
    this.retry()
    try {
      await Promise.race([committed, failed])
    } finally {
      this.#impatient.delete(impatient!)
    }
  }

  /** Tries again what could not be written. */
  retry(): void {
    if (!this.#failed) return
    this.#failed = false
    if (!this.#changes.none) this.#next ??= waiting()
    this.#schedule()
  }

  /** From now on who waits for what cannot be written hears of it at once. */
  giveUp(error: unknown): void {
    this.#final = true
    for (const waiter of this.#held.splice(0)) waiter.reject(error)
    this.#failed = false
    this.#schedule()
  }

  /** Runs `work` while nothing is being written; commits wait until it is done. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    this.#paused = true
    try {
      await this.#ending
      return await work()
    } finally {
      this.#paused = false
      this.#schedule()
    }
  }

  /** Lets the write under way finish and refuses every other, for that reason. */
  async close(reason = new StoreError('CLOSED', 'the store is closed: the change was not written')): Promise<void> {
    this.#closed ??= reason
    this.#final = true
    await this.#ending
    this.giveUp(this.#closed)
    this.#next?.reject(this.#closed)
    this.#next = undefined
  }

  #schedule(): void {
    if (this.#scheduled || this.#failed || this.#next === undefined || this.#writing !== undefined) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      if (!this.#paused) this.#run()
    })
  }

  #run(): void {
    const waiters = this.#next
    if (waiters === undefined || this.#failed) return
    this.#next = undefined
    // Also who comes now and has changed nothing waits for it.
    this.#writing = waiters
    let batch: Batch | undefined
    const failed = (error: unknown): void => {
      if (batch !== undefined) this.#changes.putBack(batch)
      this.#fail(waiters, error)
    }
    try {
      batch = this.#changes.take()
      const written = this.#options.write(batch.json)
      if (written === undefined) this.#finish(waiters)
      else this.#ending = written.then(() => this.#finish(waiters), failed)
    } catch (error) {
      failed(error)
    }
  }

  #finish(waiters: Waiting): void {
    this.#writing = undefined
    for (const waiter of this.#held.splice(0)) waiter.resolve()
    waiters.resolve()
    this.#schedule()
  }

  #fail(waiters: Waiting, error: unknown): void {
    this.#writing = undefined
    this.#failed = true
    this.#held.push(waiters)
    for (const reject of this.#impatient) reject(error)
    if (!this.#final) return this.#options.onFailure(error)
    this.giveUp(error)
  }
}

function waiting(): Waiting {
  let settle: Omit<Waiting, 'promise'> | undefined
  const promise = new Promise<void>((resolve, reject) => (settle = { resolve, reject }))
  // It may be that nobody waits any more when it is given up.
  promise.catch(() => {})
  return { promise, ...(settle as unknown as Omit<Waiting, 'promise'>) }
}

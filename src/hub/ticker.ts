import type { Clock, Instant } from '../core/clock.ts'
import type { Words } from '../core/said.ts'

/** Something that has work for certain instants. */
export interface DueWork {
  /** When it next has something to do. */
  next(): Instant | undefined
  /** Does one slice of what is due by `now`; resolves when its effects are performed. */
  run(now: Instant): Promise<void>
}

/**
 * Sees to it that what falls due happens. Works in slices with the event loop's other business in between, also when
 * virtual time jumps over a whole rollout.
 */
export class Ticker {
  readonly #clock: Clock
  readonly #sources: readonly DueWork[]
  readonly #onFailure: (text: Words, error: unknown) => void
  #armed: { at: Instant; cancel: () => void } | undefined
  #running: Promise<void> | undefined
  #stopped = false

  constructor(clock: Clock, sources: readonly DueWork[], onFailure: (text: Words, error: unknown) => void) {
    this.#clock = clock
    this.#sources = sources
    this.#onFailure = onFailure
  }

  /** Looks what is due next; call it whenever that may have changed. */
  look(): void {
    if (this.#running !== undefined || this.#stopped) return
    const next = this.#next()
    if (next === this.#armed?.at) return
    this.#armed?.cancel()
    this.#armed = next === undefined ? undefined : { at: next, cancel: this.#wakeAt(next) }
  }

  /** A virtual clock stands still until it is moved; what is due by its present instant must happen all the same. */
  #wakeAt(at: Instant): () => void {
    const wake = (): void => void this.#run()
    if (at > this.#clock.now()) return this.#clock.at(at, wake)
    const soon = setImmediate(wake)
    return () => clearImmediate(soon)
  }

  /** Resolves once nothing is due any more at the clock's present instant. */
  async idle(): Promise<void> {
    if (this.#isDue()) await this.#run()
    else await this.#running
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#armed?.cancel()
    this.#armed = undefined
    await this.#running
  }

  #run(): Promise<void> {
    this.#armed?.cancel()
    this.#armed = undefined
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined
      this.look()
    })
    return this.#running
  }

  async #work(): Promise<void> {
    while (!this.#stopped && this.#isDue()) {
      const now = this.#clock.now()
      for (const source of this.#sources) {
        if ((source.next() ?? Infinity) > now) continue
        await source.run(now).catch((error: unknown) => this.#onFailure('Something that had fallen due failed', error))
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  #isDue(): boolean {
    return (this.#next() ?? Infinity) <= this.#clock.now()
  }

  #next(): Instant | undefined {
    let earliest: Instant | undefined
    for (const source of this.#sources) {
      const next = source.next()
      if (next !== undefined && (earliest === undefined || next < earliest)) earliest = next
    }
    return earliest
  }
}

import type { Clock, Instant } from '../core/clock.ts'
import { Deadlines } from '../core/deadlines.ts'
import type { Engine } from '../core/engine.ts'

export interface TickerOptions {
  clock: Clock
  engine: Engine
  /** Runs one slice of what the engine has due; resolves when its effects are performed. */
  tick(): Promise<void>
  /** A dialect's wake has come. */
  woken(dialect: string, key: string): Promise<void>
  onFailure(text: string, error: unknown): void
}

/**
 * Sees to it that what falls due happens: the engine's deadlines and the dialects' wakes. Works in slices with the
 * event loop's other business in between, also when virtual time jumps over a whole rollout.
 */
export class Ticker {
  readonly #options: TickerOptions
  readonly #wakes = new Deadlines<string>()
  #armed: { at: Instant; cancel: () => void } | undefined
  #running = false
  #stopped = false
  #waiters: (() => void)[] = []

  constructor(options: TickerOptions) {
    this.#options = options
  }

  /** Sets, moves or calls off a dialect's wake. */
  wake(dialect: string, key: string, at: Instant | undefined): void {
    this.#wakes.set(`${dialect} ${key}`, at)
    this.look()
  }

  /** Looks what is due next; call it whenever a turn may have changed that. */
  look(): void {
    if (this.#running || this.#stopped) return
    const next = this.#next()
    if (next === this.#armed?.at) return
    this.#armed?.cancel()
    this.#armed = next === undefined ? undefined : { at: next, cancel: this.#options.clock.at(next, () => void this.#run()) }
  }

  /** Resolves once nothing is due any more at the clock's present instant. */
  idle(): Promise<void> {
    this.look()
    const next = this.#next()
    if (!this.#running && (next === undefined || next > this.#options.clock.now())) return Promise.resolve()
    if (!this.#running) void this.#run()
    return new Promise((resolve) => this.#waiters.push(resolve))
  }

  stop(): void {
    this.#stopped = true
    this.#armed?.cancel()
    this.#armed = undefined
  }

  async #run(): Promise<void> {
    this.#armed?.cancel()
    this.#armed = undefined
    if (this.#running) return
    this.#running = true
    while (!this.#stopped && (this.#next() ?? Infinity) <= this.#options.clock.now()) {
      try {
        await this.#slice()
      } catch (error) {
        this.#options.onFailure('Something that had fallen due failed', error)
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.#running = false
    this.#waiters.splice(0).forEach((resolve) => resolve())
    this.look()
  }

  async #slice(): Promise<void> {
    const now = this.#options.clock.now()
    const due = this.#wakes.take(now)
    if (due !== undefined) {
      const space = due.indexOf(' ')
      await this.#options.woken(due.slice(0, space), due.slice(space + 1))
    }
    if ((this.#options.engine.nextDeadline() ?? Infinity) <= now) await this.#options.tick()
  }

  #next(): Instant | undefined {
    const engine = this.#options.engine.nextDeadline()
    const wakes = this.#wakes.next()
    return engine === undefined || wakes === undefined ? (engine ?? wakes) : Math.min(engine, wakes)
  }
}

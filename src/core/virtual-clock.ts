import type { Clock, Instant } from './clock.ts'
import { Deadlines } from './deadlines.ts'

/**
 * A clock that moves only when told, from deadline to deadline, so that seven days pass in a millisecond.
 * Wake-ups run synchronously, in order of their instants, while the clock shows that instant.
 */
export class VirtualClock implements Clock {
  #now: Instant
  #next = 0
  readonly #deadlines = new Deadlines<string>()
  readonly #wakes = new Map<string, () => void>()

  constructor(start: Instant) {
    this.#now = start
  }

  now(): Instant {
    return this.#now
  }

  at(at: Instant, wake: () => void): () => void {
    const key = String(this.#next++)
    this.#wakes.set(key, wake)
    this.#deadlines.set(key, at)
    return () => {
      this.#wakes.delete(key)
      this.#deadlines.delete(key)
    }
  }

  /** The instant of the earliest wake-up, if there is one. */
  next(): Instant | undefined {
    return this.#deadlines.next()
  }

  /** Moves to `to`, running every wake-up on the way, also those that wake-ups set. Never moves back. */
  advanceTo(to: Instant): void {
    for (let next = this.next(); next !== undefined && next <= to; next = this.next()) {
      this.#now = Math.max(this.#now, next)
      const key = this.#deadlines.take(this.#now)
      const wake = key === undefined ? undefined : this.#wakes.get(key)
      if (key !== undefined) this.#wakes.delete(key)
      wake?.()
    }
    this.#now = Math.max(this.#now, to)
  }

  /** Moves by `ms` milliseconds. */
  advance(ms: number): void {
    this.advanceTo(this.#now + ms)
  }
}

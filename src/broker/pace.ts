/** How long clients are read from in one turn of the event loop before timers, HTTP and everybody else get theirs. */
const BUDGET_MS = 4

/** Where time and turns come from; tests bring their own. */
export interface Loop {
  /** Milliseconds, real. */
  now(): number
  /** Calls back in the next turn of the event loop. */
  next(callback: () => void): void
}

/** Somebody who has something to read. */
export interface Reader {
  resume(): void
}

const realLoop: Loop = { now: () => performance.now(), next: (callback) => void setImmediate(callback) }

/**
 * Bounds how long one turn of the event loop goes on reading. The system may report a thousand sockets with something to
 * say at once, and Node serves all of them before anything else; who comes too late waits for the next turn, in order.
 */
export class Pacer {
  readonly #loop: Loop
  readonly #budgetMs: number
  #began: number | undefined
  #waiting: Reader[] = []

  constructor(loop: Loop = realLoop, budgetMs = BUDGET_MS) {
    this.#loop = loop
    this.#budgetMs = budgetMs
  }

  /** Whether there is time for another read in this turn; if not, the reader is resumed once there is. */
  mayRead(reader: Reader): boolean {
    const now = this.#loop.now()
    if (this.#began === undefined) {
      this.#began = now
      this.#loop.next(this.#turn)
      return true
    }
    if (now - this.#began < this.#budgetMs) return true
    this.#waiting.push(reader)
    return false
  }

  readonly #turn = (): void => {
    this.#began = undefined
    const waiting = this.#waiting
    this.#waiting = []
    for (const reader of waiting) reader.resume()
  }
}

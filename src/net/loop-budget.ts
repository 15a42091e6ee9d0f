/** How long clients are served in one go before timers and everybody else get their turn. */
const BUDGET_MS = 4
/** How long those who are in wait at most while others come in, */
const DOOR_MS = 100
/** and how long they are then served before they wait again, if not all of them are served earlier. */
const SERVICE_MS = 50

/** Where time and turns come from; tests bring their own. */
export interface Loop {
  /** Milliseconds, real. */
  now(): number
  /** Calls back in the next turn of the event loop. */
  next(callback: () => void): void
  /** Calls back in this turn, once what has been begun has gone as far as it can without waiting. */
  then(callback: () => void): void
}

/** Somebody who has something to be read, done or ended. */
export interface Waiter {
  /** There is time now. What it does, promises included, counts against the time of this turn. */
  resume(): void
}

/** Those who are in, and those who come or go: however many of these there are, each lane gets every other turn. */
export type Lane = 'in' | 'door'

const realLoop: Loop = {
  now: () => performance.now(),
  next: (callback) => void setImmediate(callback),
  // Ticks go before reactions to promises: only one that is asked for from such a reaction comes behind all of them.
  then: (callback) => queueMicrotask(() => process.nextTick(callback)),
}

/** What servers ask of it. */
export type TurnBudget = Pick<LoopBudget, 'cameIn' | 'turn'>

/**
 * Bounds how long one turn of the event loop serves clients. The system may report a thousand sockets with something to
 * say at once, and Node serves all of them before anything else; who comes too late waits for the next turn, in order.
 *
 * Node lets in one connection a turn, so of a crowd that comes at once the last would wait for as many turns. While
 * connections come in, turns are therefore kept short: newcomers are served, and those who are in wait for a while.
 */
export class LoopBudget {
  readonly #loop: Loop
  readonly #budgetMs: number
  readonly #doorMs: number
  readonly #waiting: Record<Lane, Waiter[]> = { in: [], door: [] }
  #next: Lane = 'in'
  #scheduled = false
  /** When the first was served in this go. */
  #began: number | undefined
  /** A client that is being served is no newcomer. */
  #serving = false
  /** Since when a connection has come in at every turn. */
  #opened: number | undefined
  #cameIn = false

  constructor(loop: Loop = realLoop, budgetMs = BUDGET_MS, doorMs = DOOR_MS) {
    this.#loop = loop
    this.#budgetMs = budgetMs
    this.#doorMs = doorMs
  }

  /** A connection has come in: there may be more at the door. */
  cameIn(): void {
    this.#cameIn = true
    this.#opened ??= this.#loop.now()
    this.#schedule()
  }

  /** Whether there is time in this turn; if not, the waiter is resumed once there is. */
  mayGo(waiter: Waiter, lane: Lane = 'in'): boolean {
    const may = this.#hasTime(lane)
    if (!may) this.#waiting[lane].push(waiter)
    return may
  }

  /** Resolves once there is time for a request, a handshake or an end; `undefined` if there is now. */
  turn(lane: Lane): Promise<void> | undefined {
    if (this.#hasTime(lane)) return undefined
    return new Promise((resume) => this.#waiting[lane].push({ resume }))
  }

  #hasTime(lane: Lane): boolean {
    this.#schedule()
    const now = this.#loop.now()
    if (!this.#serving && (this.#waiting[lane].length > 0 || (lane === 'in' && this.#holds(now)))) return false
    return this.#isWithin(now)
  }

  #isWithin(now: number): boolean {
    this.#began ??= now
    return now - this.#began < this.#budgetMs
  }

  #holds(now: number): boolean {
    return this.#opened !== undefined && (now - this.#opened) % (this.#doorMs + SERVICE_MS) < this.#doorMs
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#loop.next(this.#turn)
  }

  readonly #turn = (): void => {
    this.#scheduled = false
    this.#began = undefined
    if (!this.#cameIn) this.#opened = undefined
    this.#cameIn = false
    this.#serve()
  }

  readonly #serve = (): void => {
    const now = this.#loop.now()
    const holds = this.#holds(now)
    const { in: inside, door } = this.#waiting
    // All who were in are served: those at the door may have their while again.
    if (inside.length === 0 && !holds) this.#opened = undefined
    if (door.length + (holds ? 0 : inside.length) === 0) return inside.length > 0 ? this.#schedule() : undefined
    if (!this.#isWithin(now)) {
      this.#began = undefined
      return this.#schedule()
    }
    const lane = holds ? 'door' : this.#waiting[this.#next].length > 0 ? this.#next : other(this.#next)
    this.#next = other(lane)
    this.#serving = true
    this.#waiting[lane].shift()?.resume()
    this.#serving = false
    this.#loop.then(this.#serve)
  }
}

const other = (lane: Lane): Lane => (lane === 'in' ? 'door' : 'in')

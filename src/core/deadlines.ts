import TinyQueue from 'tinyqueue'
import type { Instant } from './clock.ts'

interface Entry<D> {
  due: D
  id: unknown
  at: Instant
  rank: number
  order: number
}

/** Replaced and removed entries that the heap may hold beyond as many as are current. */
const SPARE = 128

const earlier = (a: Entry<unknown>, b: Entry<unknown>): number => a.at - b.at || a.rank - b.rank || a.order - b.order

/**
 * What falls due when, the earliest first, and each thing once at most; equal instants come by rank, and then in the
 * order they were set.
 */
export class Deadlines<D> {
  readonly #idOf: (due: D) => unknown
  readonly #current = new Map<unknown, Entry<D>>()
  #heap = new TinyQueue<Entry<D>>([], earlier)
  #order = 0

  /** `idOf` tells things that are not values apart: two of the same id are the same thing. */
  constructor(idOf: (due: D) => unknown = (due) => due) {
    this.#idOf = idOf
  }

  get size(): number {
    return this.#current.size
  }

  /** Entries that take up room, also those replaced and removed. */
  get held(): number {
    return this.#heap.length
  }

  /** Sets when it falls due, in place of an earlier instant; `undefined`: never. */
  set(due: D, at: Instant | undefined, rank = 0): void {
    if (at === undefined) return this.delete(due)
    const id = this.#idOf(due)
    if (this.#current.get(id)?.at === at) return
    const entry = { due, id, at, rank, order: this.#order++ }
    this.#current.set(id, entry)
    this.#heap.push(entry)
    if (this.#heap.length <= 2 * this.#current.size + SPARE) return
    this.#heap = new TinyQueue([...this.#current.values()], earlier)
  }

  delete(due: D): void {
    this.#current.delete(this.#idOf(due))
  }

  /** The earliest deadline. */
  next(): Instant | undefined {
    return this.#head()?.at
  }

  /** Takes what falls due first, if that is not after `now`. */
  take(now: Instant): D | undefined {
    const head = this.#head()
    if (head === undefined || head.at > now) return undefined
    this.#heap.pop()
    this.#current.delete(head.id)
    return head.due
  }

  /** Replaced and removed entries stay in the heap until they come up or are too many; they are dropped here. */
  #head(): Entry<D> | undefined {
    for (let head = this.#heap.peek(); head !== undefined; head = this.#heap.peek()) {
      if (this.#current.get(head.id) === head) return head
      this.#heap.pop()
    }
    return undefined
  }
}

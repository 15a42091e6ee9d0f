import TinyQueue from 'tinyqueue'
import type { Instant } from './clock.ts'

interface Entry<K> {
  key: K
  at: Instant
  rank: number
  order: number
}

/** Replaced and removed entries that the heap may hold beyond as many as are current. */
const SPARE = 128

const earlier = (a: Entry<unknown>, b: Entry<unknown>): number => a.at - b.at || a.rank - b.rank || a.order - b.order

/** At most one deadline per key, the earliest first; equal instants come by rank, and then in the order they were set. */
export class Deadlines<K> {
  readonly #current = new Map<K, Entry<K>>()
  #heap = new TinyQueue<Entry<K>>([], earlier)
  #order = 0

  get size(): number {
    return this.#current.size
  }

  /** Entries that take up room, also those replaced and removed. */
  get held(): number {
    return this.#heap.length
  }

  /** Sets the deadline of `key`, replacing an earlier one; `undefined` removes it. */
  set(key: K, at: Instant | undefined, rank = 0): void {
    if (at === undefined) return this.delete(key)
    if (this.#current.get(key)?.at === at) return
    const entry = { key, at, rank, order: this.#order++ }
    this.#current.set(key, entry)
    this.#heap.push(entry)
    if (this.#heap.length > 2 * this.#current.size + SPARE) this.#heap = new TinyQueue([...this.#current.values()], earlier)
  }

  delete(key: K): void {
    this.#current.delete(key)
  }

  /** The earliest deadline. */
  next(): Instant | undefined {
    return this.#head()?.at
  }

  /** Takes the earliest key whose deadline is not after `now`. */
  take(now: Instant): K | undefined {
    const head = this.#head()
    if (head === undefined || head.at > now) return undefined
    this.#heap.pop()
    this.#current.delete(head.key)
    return head.key
  }

  /** Replaced and removed entries stay in the heap until they come up or are too many; they are dropped here. */
  #head(): Entry<K> | undefined {
    for (let head = this.#heap.peek(); head !== undefined; head = this.#heap.peek()) {
      if (this.#current.get(head.key) === head) return head
      this.#heap.pop()
    }
    return undefined
  }
}

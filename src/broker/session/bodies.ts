import type { Table } from '../../core/table.ts'
import { storePayload, type Publication, type StoredPayload } from '../routing/publication.ts'

/** What a message says. */
export interface BodyRecord extends StoredPayload {
  topic: string
}

/** One copy of each message that waits for several sessions, however many; gone with the last that refers to it. */
export class Bodies {
  readonly #table: Table<BodyRecord>
  readonly #uses = new Map<string, number>()
  #last = 0
  #size = 0

  constructor(table: Table<BodyRecord>) {
    this.#table = table
    for (const [id, body] of table.entries()) {
      this.#last = Math.max(this.#last, Number(id))
      this.#size += bodySize(body)
    }
  }

  /** Of all bodies, in characters as stored. */
  get size(): number {
    return this.#size
  }

  /** Stores it and returns its name; the first `use` must follow in the same turn. */
  keep({ topic, payload }: Publication): string {
    const id = String((this.#last += 1))
    const body = this.#table.set(id, { topic, ...storePayload(payload) })
    this.#size += bodySize(body)
    return id
  }

  get(id: string): BodyRecord | undefined {
    return this.#table.get(id)
  }

  use(id: string): void {
    this.#uses.set(id, (this.#uses.get(id) ?? 0) + 1)
  }

  release(id: string): void {
    const uses = (this.#uses.get(id) ?? 0) - 1
    if (uses > 0) this.#uses.set(id, uses)
    else this.#forget(id)
  }

  /** Forgets what nobody refers to, once all that was stored is loaded. */
  sweep(): void {
    for (const [id] of [...this.#table.entries()]) if (!this.#uses.has(id)) this.#forget(id)
  }

  #forget(id: string): void {
    const body = this.#table.get(id)
    if (body !== undefined) this.#size -= bodySize(body)
    this.#uses.delete(id)
    this.#table.delete(id)
  }
}

/** In characters as stored. */
export const bodySize = ({ topic, payload }: BodyRecord): number => topic.length + payload.length

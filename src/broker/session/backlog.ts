import { bodySize } from './bodies.ts'
import type { QueueBook, QueuedRecord } from './queued.ts'

/** What waits for one session, in order, and how much. The oldest can be dropped, of all or of what others said. */
export class Backlog {
  readonly #content: QueueBook['content']
  /** A gap where one was taken out. */
  #records: (QueuedRecord | undefined)[] = []
  #head = 0
  #count = 0
  #size = 0
  #foreign = 0
  /** Nothing that others have said comes before it. */
  #firstForeign = 0

  constructor(content: QueueBook['content']) {
    this.#content = content
  }

  get count(): number {
    return this.#count
  }

  /** Characters as stored. */
  get size(): number {
    return this.#size
  }

  /** How many of them the hub has not said itself. */
  get foreign(): number {
    return this.#foreign
  }

  /** The oldest. */
  get first(): QueuedRecord | undefined {
    while (this.#head < this.#records.length && this.#records[this.#head] === undefined) this.#head += 1
    return this.#records[this.#head]
  }

  add(record: QueuedRecord): void {
    this.#records.push(record)
    this.#count += 1
    this.#size += bodySize(this.#content(record))
    if (record.own !== true) this.#foreign += 1
  }

  /** Takes out the oldest. */
  shift(): QueuedRecord | undefined {
    const { first } = this
    if (first === undefined) return undefined
    this.#take(this.#head)
    if (this.#head * 2 > this.#records.length) this.replace(this.all())
    return first
  }

  /** Takes out the oldest that others have said. */
  shiftForeign(): QueuedRecord | undefined {
    if (this.#foreign === 0) return undefined
    let at = Math.max(this.#firstForeign, this.#head)
    while (this.#records[at] === undefined || this.#records[at]?.own === true) at += 1
    this.#firstForeign = at
    return this.#take(at)
  }

  all(): QueuedRecord[] {
    return this.#records.slice(this.#head).filter((record) => record !== undefined)
  }

  replace(records: QueuedRecord[]): void {
    this.#records = []
    this.#head = this.#firstForeign = this.#count = this.#size = this.#foreign = 0
    for (const record of records) this.add(record)
  }

  #take(at: number): QueuedRecord | undefined {
    const record = this.#records[at]
    if (record === undefined) return undefined
    this.#records[at] = undefined
    this.#count -= 1
    this.#size -= bodySize(this.#content(record))
    if (record.own !== true) this.#foreign -= 1
    return record
  }
}

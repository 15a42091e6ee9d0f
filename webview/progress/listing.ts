import type { ExecutionView, Page } from '../../src/shared/api.ts'
import type { Order } from './sorting.ts'

/** Which executions are listed, and in which order. */
export interface Query extends Order {
  status?: string
  search?: string
}

/** A page to ask the host for. */
export interface ListRequest extends Query {
  request: number
  after?: string
  limit: number
}

/** As much of a list as has been loaded: its beginning. */
interface Part {
  rows: ExecutionView[]
  index: Map<string, number>
  total: number
  /** Where it goes on; `undefined` before the first page and after the last one. */
  next: string | undefined
  begun: boolean
}

const few = 200
const many = 1000

/**
 * The executions of a job as far as somebody has scrolled: pages are asked for as rows come near. Refreshing loads the
 * list anew behind the one that is shown, and takes its place once it reaches as far.
 */
export class Listing {
  #shown = nothing()
  #coming: Part | undefined
  #request = 0
  #asked: number | undefined
  #query: Query = {}

  /** How many there are, loaded or not. */
  get total(): number {
    return this.#shown.total
  }

  /** Whether it is known what there is. */
  get begun(): boolean {
    return this.#shown.begun
  }

  get query(): Query {
    return this.#query
  }

  at(index: number): ExecutionView | undefined {
    return this.#shown.rows[index]
  }

  /** Where a device stands, -1 if it has not been loaded. */
  indexOf(device: string): number {
    return this.#shown.index.get(device) ?? -1
  }

  /** Lists others. */
  begin(query: Query): void {
    this.#query = query
    this.#shown = nothing()
    this.#coming = undefined
    this.#asked = undefined
  }

  /** There may be other executions by now, or in other places. */
  refresh(): void {
    if (this.#shown.begun && this.#coming === undefined) this.restart()
  }

  /** As `refresh`, but no answer to what was asked before is to be expected. */
  restart(): void {
    this.#asked = undefined
    this.#coming = this.#shown.begun ? nothing() : undefined
  }

  /** What to ask for so that the rows before `end` get here; `undefined`: nothing, or the answer is on its way. */
  need(end: number): ListRequest | undefined {
    const part = this.#coming ?? this.#shown
    if (this.#asked !== undefined) return undefined
    if (part.begun && (part.next === undefined || part.rows.length >= end)) return undefined
    const missing = end - part.rows.length
    this.#asked = ++this.#request
    return {
      ...this.#query,
      request: this.#asked,
      limit: missing > few ? many : few,
      ...(part.next !== undefined && { after: part.next }),
    }
  }

  /** Takes an answer; whether the list looks different now. `end`: how far it is shown. */
  accept(request: number, { items, total, next }: Page<ExecutionView>, end: number): boolean {
    if (request !== this.#asked) return false
    this.#asked = undefined
    const part = this.#coming ?? this.#shown
    for (const row of items) put(part, row)
    part.total = Math.max(total, part.rows.length)
    part.next = next
    part.begun = true
    if (part === this.#shown) return true
    if (next !== undefined && part.rows.length < Math.min(end, part.total)) return false
    this.#shown = part
    this.#coming = undefined
    return true
  }

  /**
   * The host could not answer: what was loaded does not lead on. Whether the list is to begin again, with `refresh`.
   */
  refuse(request: number): boolean {
    if (request !== this.#asked) return false
    this.#asked = undefined
    this.#coming = undefined
    return true
  }

  /** Takes newer states of rows that have been loaded; returns which places changed. */
  merge(rows: readonly ExecutionView[]): number[] {
    const changed: number[] = []
    for (const row of rows) {
      if (this.#coming?.index.has(row.device) === true) put(this.#coming, row)
      const index = this.#shown.index.get(row.device)
      if (index === undefined || !isNewer(row, this.#shown.rows[index]!)) continue
      this.#shown.rows[index] = row
      changed.push(index)
    }
    return changed
  }
}

const nothing = (): Part => ({ rows: [], index: new Map(), total: 0, next: undefined, begun: false })

/** A device that moved within the list while it was loaded stands where it stood first. */
function put(part: Part, row: ExecutionView): void {
  const index = part.index.get(row.device) ?? part.rows.length
  part.index.set(row.device, index)
  part.rows[index] = row
}

const isNewer = (one: ExecutionView, other: ExecutionView) =>
  one.number > other.number || (one.number === other.number && one.version >= other.version)

import type { Recorder } from '../core/table.ts'

/** The live records of every table, in the order in which their keys were first set. */
export interface HubData {
  tables: Map<string, Map<string, object>>
}

/** Keys changed since the last batch; true: the key is new in its table, or came back at its end. */
type Keys = Map<string, boolean>

interface Tracked {
  name: string
  records: Map<string, object>
  /** How many records there were after the last change: one more now means that a key was added. */
  size: number
  keys: Keys
}

/** A batch of changes as JSON, and what it takes to put them back. */
export interface Batch {
  json: string
  taken: [Tracked, Keys][]
}

/**
 * Remembers what has changed since the last batch: keys only, as the records themselves are at hand in the live maps.
 */
export class DirtyKeys implements Recorder {
  readonly #tables = new Map<string, Tracked>()
  readonly #dirty = new Set<Tracked>()
  /** How many changes there have been. */
  count = 0
  refusal: Error | undefined

  get none(): boolean {
    return this.#dirty.size === 0
  }

  /** Every change of `records` must be told from now on. */
  track(name: string, records: Map<string, object>): void {
    this.#tables.set(name, { name: JSON.stringify(name), records, size: records.size, keys: new Map() })
  }

  changed(table: string, key: string): void {
    const tracked = this.#tables.get(table)
    if (tracked === undefined) throw new Error(`a change of ${table}, which is not a table of this store`)
    const { keys, records } = tracked
    this.count += 1
    if (records.size > tracked.size) {
      // Behind all that were there before, whatever happened to the key earlier in this batch.
      keys.delete(key)
      keys.set(key, true)
    } else if (!keys.has(key)) {
      keys.set(key, false)
    }
    tracked.size = records.size
    this.#dirty.add(tracked)
  }

  /**
   * Takes everything that has changed, as one JSON array of operations. A new key is written as deleted and set:
   * replayed on a snapshot that caught the table midway, it ends up in the same place as in the live table.
   */
  take(): Batch {
    const parts: string[] = []
    for (const { name, records, keys } of this.#dirty) {
      for (const [key, added] of keys) {
        const record = records.get(key)
        const head = `[${name},${JSON.stringify(key)}`
        if (added || record === undefined) parts.push(`${head}]`)
        if (record !== undefined) parts.push(`${head},${JSON.stringify(record)}]`)
      }
    }
    const taken: [Tracked, Keys][] = []
    for (const tracked of this.#dirty) {
      taken.push([tracked, tracked.keys])
      tracked.keys = new Map()
    }
    this.#dirty.clear()
    return { json: `[${parts.join(',')}]`, taken }
  }

  /** Makes a batch that could not be written part of the next one, before what has changed since. */
  putBack({ taken }: Batch): void {
    for (const [tracked, keys] of taken) {
      for (const [key, added] of tracked.keys) {
        if (added) keys.delete(key)
        if (added || !keys.has(key)) keys.set(key, added)
      }
      tracked.keys = keys
      this.#dirty.add(tracked)
    }
  }
}

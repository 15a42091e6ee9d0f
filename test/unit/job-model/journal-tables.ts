import { Table, type Tables } from '../../../src/core/table.ts'

/** One record that was set or deleted. */
export interface TableChange {
  table: string
  key: string
  before: object | undefined
  after: object | undefined
}

/** Tables that keep a journal and can be read back from it, as a store's are. */
export class JournalTables implements Tables {
  /** Since they were last taken. */
  readonly #changes: TableChange[] = []
  /** What is written: JSON text by table and key. */
  readonly #written = new Map<string, Map<string, string>>()
  readonly #known = new Map<string, Map<string, object>>()
  readonly #tables = new Map<string, Table<object>>()
  /** What every change is refused with, as if the disk were full. */
  refusal: Error | undefined

  table<T extends object>(name: string): Table<T> {
    let table = this.#tables.get(name)
    if (table === undefined) {
      const records = new Map([...this.#recordsOf(name)].map(([key, text]) => [key, JSON.parse(text) as object]))
      this.#known.set(name, new Map(records))
      this.#tables.set(name, (table = new Table<object>(name, records, this)))
    }
    return table as unknown as Table<T>
  }

  changed(table: string, key: string, after: object | undefined): void {
    const known = this.#known.get(table)!
    this.#changes.push({ table, key, before: known.get(key), after })
    if (after === undefined) {
      known.delete(key)
      this.#recordsOf(table).delete(key)
      return
    }
    known.set(key, after)
    this.#recordsOf(table).set(key, JSON.stringify(after))
  }

  /** What has changed since the last call. */
  taken(): TableChange[] {
    return this.#changes.splice(0)
  }

  /** Forgets everything that is not written; who asks for a table now gets what the journal says. */
  reload(): void {
    this.#tables.clear()
    this.#known.clear()
  }

  /** All that is written, as it would be read. */
  read(): Record<string, [string, Record<string, unknown>][]> {
    const entries = [...this.#written].filter(([, records]) => records.size > 0).sort(([a], [b]) => (a < b ? -1 : 1))
    return Object.fromEntries(
      entries.map(([name, records]) => [name, [...records].map(([key, text]) => [key, JSON.parse(text)])]),
    )
  }

  #recordsOf(name: string): Map<string, string> {
    let records = this.#written.get(name)
    if (records === undefined) this.#written.set(name, (records = new Map()))
    return records
  }
}

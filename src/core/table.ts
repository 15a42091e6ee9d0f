/** Told of every changed record, so that it can be stored; `undefined` means it was deleted. */
export interface Recorder {
  changed(table: string, key: string, record: object | undefined): void
  /** Thrown at whoever would change a record, while there is a reason to. */
  refusal?: Error | undefined
}

/** Records are plain JSON values, never changed in place: whoever changes one sets its successor. */
export class Table<T extends object> {
  readonly #records: Map<string, T>
  readonly #recorder: Recorder

  /** `records` is the very map the store has read: the table is a view of the database, not a copy. */
  constructor(
    readonly name: string,
    records: Map<string, T>,
    recorder: Recorder,
  ) {
    this.#records = records
    this.#recorder = recorder
  }

  get size(): number {
    return this.#records.size
  }

  get(key: string): T | undefined {
    return this.#records.get(key)
  }

  has(key: string): boolean {
    return this.#records.has(key)
  }

  /** Throws if changes are refused at present: for whoever would change an index before its record. */
  check(): void {
    if (this.#recorder.refusal !== undefined) throw this.#recorder.refusal
  }

  set(key: string, record: T): T {
    if (this.#recorder.refusal !== undefined) throw this.#recorder.refusal
    this.#records.set(key, record)
    this.#recorder.changed(this.name, key, record)
    return record
  }

  delete(key: string): boolean {
    if (this.#recorder.refusal !== undefined && this.#records.has(key)) throw this.#recorder.refusal
    const deleted = this.#records.delete(key)
    if (deleted) this.#recorder.changed(this.name, key, undefined)
    return deleted
  }

  /** In the order in which they were first set. */
  values(): MapIterator<T> {
    return this.#records.values()
  }

  entries(): MapIterator<[string, T]> {
    return this.#records.entries()
  }
}

/** Where tables come from: the store, or `MemoryTables` in tests of the engine. */
export interface Tables {
  table<T extends object>(name: string): Table<T>
}

/** Tables that nobody stores. */
export class MemoryTables implements Tables {
  readonly #tables = new Map<string, Table<object>>()
  readonly #recorder: Recorder

  constructor(recorder: Recorder = { changed: () => {} }) {
    this.#recorder = recorder
  }

  table<T extends object>(name: string): Table<T> {
    let table = this.#tables.get(name)
    if (table === undefined) this.#tables.set(name, (table = new Table<object>(name, new Map(), this.#recorder)))
    return table as unknown as Table<T>
  }
}

import type { DialectName } from '../core/ids.ts'
import type { Qos } from '../core/seam/mqtt.ts'
import type { Table } from '../core/table.ts'
import { hasWildcard, matches } from './filter.ts'
import { loadPayload, storePayload, type Publication, type StoredPayload } from './publication.ts'

interface RetainedRecord extends StoredPayload {
  dialect: DialectName
  topic: string
  qos: Qos
}

/** The last retained message of every topic. */
export class Retained {
  readonly #table: Table<RetainedRecord>

  constructor(table: Table<RetainedRecord>) {
    this.#table = table
  }

  /** An empty payload takes the topic's message out [MQTT-3.3.1-10]. */
  keep(dialect: DialectName, { topic, payload, qos }: Publication): void {
    if (payload.length === 0) this.#table.delete(keyOf(dialect, topic))
    else this.#table.set(keyOf(dialect, topic), { dialect, topic, qos, ...storePayload(payload) })
  }

  /** What a new subscription of that QoS is shown. */
  *matching(dialect: DialectName, filter: string, qos: Qos): Generator<Publication> {
    if (!hasWildcard(filter)) {
      const record = this.#table.get(keyOf(dialect, filter))
      if (record !== undefined) yield toPublication(record, qos)
      return
    }
    for (const record of this.#table.values()) {
      if (record.dialect === dialect && matches(filter, record.topic)) yield toPublication(record, qos)
    }
  }
}

const keyOf = (dialect: DialectName, topic: string): string => `${dialect}/${topic}`

const toPublication = (record: RetainedRecord, qos: Qos): Publication => ({
  topic: record.topic,
  payload: loadPayload(record),
  qos: record.qos === 1 ? qos : 0,
  retain: true,
})

import type { Instant } from '../../core/clock.ts'
import { keyOf, type DialectName } from '../../core/ids.ts'
import type { Qos, RetainedMessage } from '../../core/seam/mqtt.ts'
import type { Table } from '../../core/table.ts'
import { bodySize } from '../session/bodies.ts'
import { hasWildcard, matchesFilter } from './filter.ts'
import { loadPayload, storePayload, type Publication, type StoredPayload } from './publication.ts'
import { asSaid, say, type Words } from '../../core/said.ts'

/** By its dialect and topic. */
interface RetainedRecord extends StoredPayload {
  dialect: DialectName
  topic: string
  qos: Qos
  at: Instant
}

/** How much may be retained, of all clouds together. Sizes are characters as stored. */
export interface RetainedLimits {
  messages: number
  size: number
}

const MB = 1024 * 1024

export const RETAINED_LIMITS: RetainedLimits = { messages: 50_000, size: 64 * MB }

interface Around {
  table: Table<RetainedRecord>
  limits: RetainedLimits
  now(): Instant
  notice(text: Words): void
}

/** The last retained message of every topic; of more than may be kept, those that were set longest ago go. */
export class Retained {
  readonly #around: Around
  /** The size of each, by its key; the one that was set longest ago first. */
  readonly #sizes = new Map<string, number>()
  #size = 0
  #told = false

  constructor(around: Around) {
    this.#around = around
    for (const [key, record] of around.table.entries()) this.#count(key, bodySize(record))
  }

  /** An empty payload takes the topic's message out [MQTT-3.3.1-10]. */
  keep(dialect: DialectName, { topic, payload, qos }: Publication): void {
    const { table, now } = this.#around
    const key = keyOf(dialect, topic)
    if (payload.length === 0) {
      table.delete(key)
      this.#forget(key)
      return this.#bound()
    }
    const record = table.set(key, { dialect, topic, qos, at: now(), ...storePayload(payload) })
    this.#forget(key)
    this.#count(key, bodySize(record))
    this.#bound()
  }

  /** The message of that very topic. */
  get(dialect: DialectName, topic: string): RetainedMessage | undefined {
    const record = this.#around.table.get(keyOf(dialect, topic))
    return record && toMessage(record)
  }

  /** All messages of the dialect. */
  *of(dialect: DialectName): Generator<RetainedMessage> {
    for (const record of this.#around.table.values()) if (record.dialect === dialect) yield toMessage(record)
  }

  /** What a new subscription of that QoS is shown. */
  *matching(dialect: DialectName, filter: string, qos: Qos): Generator<Publication> {
    const { table } = this.#around
    if (!hasWildcard(filter)) {
      const record = table.get(keyOf(dialect, filter))
      if (record !== undefined) yield toPublication(record, qos)
      return
    }
    for (const record of table.values()) {
      if (record.dialect === dialect && matchesFilter(filter, record.topic)) yield toPublication(record, qos)
    }
  }

  #count(key: string, size: number): void {
    this.#sizes.set(key, size)
    this.#size += size
  }

  #forget(key: string): void {
    this.#size -= this.#sizes.get(key) ?? 0
    this.#sizes.delete(key)
  }

  /** Makes room where there is more than may be; the latest stays. People are told at half of what may be. */
  #bound(): void {
    const { limits, notice } = this.#around
    const share = Math.max(this.#sizes.size / limits.messages, this.#size / limits.size)
    if (share < 0.25) this.#told = false
    if (share < 0.5) return
    if (!this.#told) {
      const is = say`${this.#sizes.size} messages, ${(this.#size / MB).toFixed(1)} MB, are retained`
      const most = say`beyond ${limits.messages} or ${limits.size / MB} MB those that were set longest ago are dropped`
      notice(say`${is}; ${most}. ${asSaid(CURE)}`)
      this.#told = true
    }
    while ((this.#sizes.size > limits.messages || this.#size > limits.size) && this.#sizes.size > 1) this.#dropOldest()
  }

  #dropOldest(): void {
    const { table, notice } = this.#around
    const [key = ''] = this.#sizes.keys()
    table.delete(key)
    this.#forget(key)
    notice(say`${asSaid(DROPPED)}. ${asSaid(CURE)}`)
  }
}

const DROPPED = 'The retained message that was set longest ago is dropped, for more are retained than may'
const CURE =
  'Take out those that are not needed: publish an empty retained message to their topics (mosquitto_pub -r -n)'

const toMessage = ({ topic, qos, at, ...stored }: RetainedRecord): RetainedMessage => ({
  topic,
  payload: loadPayload(stored),
  qos,
  at,
})

const toPublication = (record: RetainedRecord, qos: Qos): Publication => ({
  topic: record.topic,
  payload: loadPayload(record),
  qos: record.qos === 1 ? qos : 0,
  retain: true,
})

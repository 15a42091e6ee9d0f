import type { Instant } from '../core/clock.ts'
import type { Table } from '../core/table.ts'
import { matches } from './filter.ts'
import type { Publication, StoredPayload } from './publication.ts'
import { loadPayload, storePayload } from './publication.ts'

/** A QoS 1 message for a stored session, until it is acknowledged. */
export interface QueuedRecord extends StoredPayload {
  session: string
  /** Counts up within the session; the packet identifier follows from it. */
  seq: number
  at: Instant
  topic: string
  retain?: true
  track?: string
  /** For this session whatever it subscribes to. */
  direct?: true
  /** It went out at once: the next time is a redelivery. */
  sent?: true
}

/** The connection that an outbox empties itself into. */
export interface OutboxTarget {
  /** False: this subscriber must not have it. */
  mayDeliver(topic: string, retained: boolean): boolean
  transmit(publication: Publication, id: number, dup: boolean): void
}

export interface OutboxBook {
  readonly table: Table<QueuedRecord>
  added(record: QueuedRecord): void
  removed(record: QueuedRecord): void
  /** Everything up to `seq` has been sent at least once. */
  sentTo(session: string, seq: number): void
}

/** More unacknowledged messages than this are not sent; the rest waits [aws 1.5: 100 in flight, aliyun 1.5: 100]. */
const WINDOW = 100
/** Nor more payload than this, in characters as stored, but for a single message: a session that comes back to much would be taken for one that does not read. */
const WINDOW_SIZE = 1024 * 1024
const IDS = 65535

/** What a stored session has not acknowledged, in order: first what is on its way, then what waits. One record each. */
export class Outbox {
  readonly #session: string
  readonly #book: OutboxBook
  /** By packet identifier, in the order sent. */
  readonly #inFlight = new Map<number, QueuedRecord>()
  #inFlightSize = 0
  #waiting: QueuedRecord[] = []
  #head = 0
  #next: number
  #sentTo: number
  #target: OutboxTarget | undefined

  /** `stored`: what was found on disk, in order; `sentTo`: how far it had been sent. */
  constructor(session: string, book: OutboxBook, stored: QueuedRecord[] = [], sentTo = 0) {
    this.#session = session
    this.#book = book
    this.#waiting = stored
    this.#sentTo = sentTo
    this.#next = Math.max(sentTo, stored.at(-1)?.seq ?? 0) + 1
  }

  get size(): number {
    return this.#inFlight.size + this.#waiting.length - this.#head
  }

  /** Keeps the message and sends it, at once if its turn has come. */
  add(publication: Publication, now: Instant, options: { track?: string; direct?: true } = {}): void {
    const { topic, payload, retain } = publication
    const seq = this.#next++
    const id = idOf(seq)
    const target = this.#head === this.#waiting.length && this.#hasRoom(id) ? this.#target : undefined
    const record: QueuedRecord = {
      session: this.#session,
      seq,
      at: now,
      topic,
      ...storePayload(payload),
      ...(retain && { retain }),
      ...options,
      ...(target !== undefined && { sent: true }),
    }
    this.#book.table.set(keyOf(record), record)
    this.#book.added(record)
    if (target === undefined) return void this.#waiting.push(record)
    this.#launch(id, record)
    target.transmit(publication, id, false)
  }

  /** A connection has come: everything unacknowledged goes out again, in order [MQTT-4.4.0-1]. */
  attach(target: OutboxTarget): void {
    this.#target = target
    this.#pump()
  }

  detach(): void {
    this.#target = undefined
    if (this.#inFlight.size === 0) return
    this.#waiting = [...this.#inFlight.values(), ...this.#waiting.slice(this.#head)]
    this.#head = 0
    this.#inFlight.clear()
    this.#inFlightSize = 0
  }

  /** The acknowledged message, if there is one with that identifier. */
  acknowledge(id: number): QueuedRecord | undefined {
    const record = this.#inFlight.get(id)
    if (record === undefined) return undefined
    this.#land(id, record)
    this.#pump()
    return record
  }

  /** Forgets what is older than `before`, sent or not. */
  expire(before: Instant): void {
    for (const [id, record] of this.#inFlight) {
      if (record.at > before) break
      this.#land(id, record)
    }
    for (let first = this.#waiting[this.#head]; first !== undefined && first.at <= before; first = this.#waiting[this.#head]) {
      this.#head += 1
      this.#forget(first)
    }
    this.#pump()
  }

  /** Forgets what waits on topics that match, also what an earlier connection was sent and did not acknowledge. */
  withdraw(filter: string): void {
    const left: QueuedRecord[] = []
    for (const record of this.#waiting.slice(this.#head)) {
      if (matches(filter, record.topic)) this.#forget(record)
      else left.push(record)
    }
    this.#waiting = left
    this.#head = 0
  }

  clear(): void {
    this.detach()
    for (const record of this.#waiting.splice(0).slice(this.#head)) this.#forget(record)
    this.#head = 0
  }

  #pump(): void {
    const target = this.#target
    if (target === undefined) return
    let sentTo = this.#sentTo
    for (let record = this.#waiting[this.#head]; record !== undefined && this.#target === target; record = this.#waiting[this.#head]) {
      const id = idOf(record.seq)
      if (!this.#hasRoom(id)) break
      this.#head += 1
      const again = record.sent === true || record.seq <= this.#sentTo
      if (!again && record.direct === undefined && !target.mayDeliver(record.topic, record.retain === true)) {
        this.#forget(record)
        continue
      }
      this.#launch(id, record)
      if (!again) sentTo = record.seq
      // Set to 1 if and only if it has been sent before [MQTT-3.3.1-1].
      target.transmit({ topic: record.topic, payload: loadPayload(record), qos: 1, retain: record.retain === true }, id, again)
    }
    if (this.#head * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head)
      this.#head = 0
    }
    if (sentTo === this.#sentTo) return
    this.#sentTo = sentTo
    this.#book.sentTo(this.#session, sentTo)
  }

  /** The identifier of a message that nobody acknowledges comes up again after 65,535 others. */
  #hasRoom(id: number): boolean {
    if (this.#inFlight.size === 0) return true
    return this.#inFlight.size < WINDOW && this.#inFlightSize < WINDOW_SIZE && !this.#inFlight.has(id)
  }

  #launch(id: number, record: QueuedRecord): void {
    this.#inFlight.set(id, record)
    this.#inFlightSize += record.payload.length
  }

  #land(id: number, record: QueuedRecord): void {
    this.#inFlight.delete(id)
    this.#inFlightSize -= record.payload.length
    this.#forget(record)
  }

  #forget(record: QueuedRecord): void {
    this.#book.table.delete(keyOf(record))
    this.#book.removed(record)
  }
}

const keyOf = (record: QueuedRecord): string => `${record.seq}/${record.session}`
const idOf = (seq: number): number => ((seq - 1) % IDS) + 1

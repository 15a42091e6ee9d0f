import type { Instant } from '../../core/clock.ts'
import { Backlog } from './backlog.ts'
import { matchesFilter } from '../routing/filter.ts'
import { loadPayload, storePayload, type Publication } from '../routing/publication.ts'
import { queuedKey, type Letter, type QueueBook, type QueuedRecord } from './queued.ts'
import { say, type Words } from '../../core/said.ts'

/** The connection that an outbox empties itself into. */
export interface OutboxTarget {
  /** False: this subscriber must not have it. */
  mayDeliver(topic: string, retained: boolean): boolean
  transmit(publication: Publication, id: number, dup: boolean): void
  /** It does not keep up, and its connection ends. */
  giveUp(why: Words): void
}

/** A queue as it was found on disk. */
export interface FoundQueue {
  /** In order. */
  stored?: QueuedRecord[]
  /** How far it had been sent. */
  sentTo?: number | undefined
  stranger?: boolean
}

/** It is told how full the outbox is. */
export interface OutboxWatcher {
  /** Half of what may wait does. */
  filling(outbox: Outbox): void
  /** As much waits as may: the oldest is dropped from now on. */
  overflowing(outbox: Outbox): void
  /** Whether something waits for a client that is away and that others than the hub have said. */
  laden(outbox: Outbox, is: boolean): void
}

/** More unacknowledged messages than this are not sent; the rest waits [aws 1.5, aliyun 1.5]. */
const WINDOW = 100
/**
 * Nor more payload than this, in characters as stored, but for a single message: a session that comes back to much
 * would be taken for one that does not read.
 */
const WINDOW_SIZE = 1024 * 1024
const IDS = 65535

/**
 * What a stored session has not acknowledged, in order: first what is on its way, then what waits. One record each. So
 * much may wait; beyond, the oldest is dropped, and what others have said before what the hub itself has.
 */
export class Outbox {
  readonly session: string
  /** Nobody's device is behind the session. Changed by `Sessions` only. */
  stranger: boolean
  readonly #book: QueueBook
  readonly #watcher: OutboxWatcher
  /** By packet identifier, in the order sent. */
  readonly #inFlight = new Map<number, QueuedRecord>()
  #inFlightSize = 0
  readonly #waiting: Backlog
  #laden = false
  #told: 'nothing' | 'filling' | 'overflowing' = 'nothing'
  /** Dropped since the last connection. */
  #lost = 0
  #next: number
  #sentTo: number
  #target: OutboxTarget | undefined

  constructor(session: string, book: QueueBook, watcher: OutboxWatcher, found: FoundQueue = {}) {
    const { stored = [], sentTo = 0, stranger = false } = found
    this.session = session
    this.stranger = stranger
    this.#book = book
    this.#watcher = watcher
    this.#sentTo = sentTo
    this.#next = Math.max(sentTo, stored.at(-1)?.seq ?? 0) + 1
    this.#waiting = new Backlog((record) => book.content(record))
    for (const record of stored) this.#waiting.add(record)
    this.#tellLaden()
  }

  get size(): number {
    return this.#inFlight.size + this.#waiting.count
  }

  /** How much of it others than the hub have said. */
  get foreign(): number {
    let foreign = this.#waiting.foreign
    for (const { own } of this.#inFlight.values()) if (own !== true) foreign += 1
    return foreign
  }

  /** Whether something waits for a client that is away and that others than the hub have said. */
  get isLaden(): boolean {
    return this.#laden
  }

  /** Of what waits: messages, and characters as stored. */
  get waiting(): { messages: number; size: number } {
    return { messages: this.#waiting.count, size: this.#waiting.size }
  }

  /** Keeps the message and sends it, at once if its turn has come. */
  add(publication: Publication, now: Instant, { body, track, direct, own }: Letter = {}): void {
    const { topic, payload, retain } = publication
    const seq = this.#next++
    const id = idOf(seq)
    const target = this.#waiting.count === 0 && this.#hasRoom(id) ? this.#target : undefined
    const record: QueuedRecord = {
      session: this.session,
      seq,
      at: now,
      ...(body === undefined ? { topic, ...storePayload(payload) } : { body }),
      ...(retain && { retain }),
      ...(track !== undefined && { track }),
      ...(direct && { direct }),
      ...(own && { own }),
      ...(target !== undefined && { sent: true }),
    }
    this.#book.table.set(queuedKey(record), record)
    this.#book.added(record, this.stranger)
    if (target !== undefined) {
      this.#launch(id, record)
      target.transmit(publication, id, false)
      return
    }
    this.#waiting.add(record)
    this.#bound()
    this.#tellLaden()
  }

  /**
   * A connection has come: everything unacknowledged goes out again, in order [MQTT-4.4.0-1]. Returns how many messages
   * it has lost.
   */
  attach(target: OutboxTarget): number {
    const lost = this.#lost
    this.#lost = 0
    this.#target = target
    this.#tellLaden()
    this.#pump()
    return lost
  }

  detach(): void {
    this.#target = undefined
    if (this.#inFlight.size > 0) this.#waiting.replace([...this.#inFlight.values(), ...this.#waiting.all()])
    this.#inFlight.clear()
    this.#inFlightSize = 0
    this.#tellLaden()
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
    const { first } = this.#waiting
    for (let next = first; next !== undefined && next.at <= before; next = this.#waiting.first)
      this.#drop(this.#waiting.shift())
    this.#tellLaden()
    this.#pump()
  }

  /** Forgets what waits on topics that match, also what an earlier connection was sent and did not acknowledge. */
  withdraw(filter: string): void {
    const left: QueuedRecord[] = []
    for (const record of this.#waiting.all()) {
      if (matchesFilter(filter, this.#book.content(record).topic)) this.#drop(record)
      else left.push(record)
    }
    this.#waiting.replace(left)
    this.#tellLaden()
  }

  /** Drops all that waits and others than the hub have said; returns how much that was. */
  dropForeign(): number {
    const dropped = this.#waiting.foreign
    for (let next = this.#waiting.shiftForeign(); next !== undefined; next = this.#waiting.shiftForeign())
      this.#drop(next)
    this.#lost += dropped
    this.#tellLaden()
    return dropped
  }

  clear(): void {
    this.detach()
    const all = this.#waiting.all()
    this.#waiting.replace([])
    for (const record of all) this.#drop(record)
    this.#tellLaden()
  }

  #pump(): void {
    const target = this.#target
    if (target === undefined) return
    let sentTo = this.#sentTo
    for (let first = this.#waiting.first; first !== undefined && this.#target === target; first = this.#waiting.first) {
      const id = idOf(first.seq)
      if (!this.#hasRoom(id)) break
      const content = this.#book.content(first)
      const again = first.sent === true || first.seq <= this.#sentTo
      this.#waiting.shift()
      if (!again && first.direct === undefined && !target.mayDeliver(content.topic, first.retain === true)) {
        this.#drop(first)
        continue
      }
      this.#launch(id, first)
      if (!again) sentTo = first.seq
      // Set to 1 if and only if it has been sent before [MQTT-3.3.1-1].
      const { topic } = content
      target.transmit({ topic, payload: loadPayload(content), qos: 1, retain: first.retain === true }, id, again)
    }
    if (sentTo === this.#sentTo) return
    this.#sentTo = sentTo
    this.#book.sentTo(this.session, sentTo)
  }

  /** Keeps to what may wait, and tells in time. */
  #bound(): void {
    const { messages, size } = this.#book.most
    const waiting = this.#waiting
    const share = Math.max(waiting.count / messages, waiting.size / size)
    if (share < 0.25) this.#told = 'nothing'
    if (share < 0.5) return
    if (this.#told === 'nothing') this.#watcher.filling(this)
    if (this.#told === 'nothing') this.#told = 'filling'
    if (share <= 1) return
    if (this.#told === 'filling') this.#watcher.overflowing(this)
    this.#told = 'overflowing'
    while ((waiting.count > messages || waiting.size > size) && waiting.count > 1) {
      const oldest = waiting.shiftForeign() ?? (this.#target === undefined ? waiting.shift() : undefined)
      // What the hub has promised a client that is there is not dropped: it has to come back for it.
      if (oldest === undefined) return this.#target?.giveUp(say`it has not acknowledged ${waiting.count} messages`)
      this.#drop(oldest)
      this.#lost += 1
    }
  }

  /** The identifier of a message that nobody acknowledges comes up again after 65,535 others. */
  #hasRoom(id: number): boolean {
    if (this.#inFlight.size === 0) return true
    return this.#inFlight.size < WINDOW && this.#inFlightSize < WINDOW_SIZE && !this.#inFlight.has(id)
  }

  #launch(id: number, record: QueuedRecord): void {
    this.#inFlight.set(id, record)
    this.#inFlightSize += this.#book.content(record).payload.length
  }

  #land(id: number, record: QueuedRecord): void {
    this.#inFlight.delete(id)
    this.#inFlightSize -= this.#book.content(record).payload.length
    this.#drop(record)
  }

  /** It is in no list any more. */
  #drop(record: QueuedRecord | undefined): void {
    if (record === undefined) return
    this.#book.table.delete(queuedKey(record))
    this.#book.removed(record, this.stranger)
  }

  #tellLaden(): void {
    const is = this.#target === undefined && this.#waiting.foreign > 0
    if (is === this.#laden) return
    this.#laden = is
    this.#watcher.laden(this, is)
  }
}

const idOf = (seq: number): number => ((seq - 1) % IDS) + 1

import type { Instant } from '../../core/clock.ts'
import { dialectOf, type DeviceKey, type DialectName } from '../../core/ids.ts'
import type { Table, Tables } from '../../core/table.ts'
import { Bodies, type BodyRecord } from './bodies.ts'
import { Expiry } from './expiry.ts'
import { Outbox } from './outbox.ts'
import type { SessionLimits } from '../port.ts'
import type { Publication } from '../routing/publication.ts'
import type { QueueBook, QueuedRecord } from './queued.ts'
import { Session, sessionKey, type SessionChannel } from './session.ts'
import { Subscriptions } from '../routing/subscriptions.ts'
import { Waiting, type WaitingLimits } from './waiting.ts'
import { say, type Words } from '../../core/said.ts'

interface SessionRecord {
  dialect: DialectName
  session: string
  /** When its last connection ended; absent while it has one. */
  offlineSince?: Instant
  /** How far its queue has been sent at least once. */
  sentTo?: number
  /** The device that it stands for. */
  device?: DeviceKey
  /** It stands for none. Neither: nobody knows; it was stored by a release that did not ask. */
  stranger?: true
}

interface Around {
  tables: Tables
  limits(dialect: DialectName): SessionLimits
  waiting: WaitingLimits
  now(): Instant
  notice(text: Words): void
}

/** The life of sessions; those that outlive their connection are kept, record by record, in tables. */
export class Sessions {
  readonly subscriptions: Subscriptions
  readonly #records: Table<SessionRecord>
  readonly #stored = new Map<string, Session>()
  /** The stored sessions of each device. */
  readonly #byDevice = new Map<DeviceKey, Session[]>()
  readonly #expiry: Expiry
  readonly #bodies: Bodies
  readonly #waiting: Waiting
  readonly #book: QueueBook
  readonly #around: Around

  constructor(around: Around) {
    const { tables, waiting, limits, notice } = around
    this.#around = around
    this.#expiry = new Expiry(limits)
    this.#records = tables.table('mqttSessions')
    this.#bodies = new Bodies(tables.table('mqttBodies'))
    this.#waiting = new Waiting({ limits: waiting, bodies: this.#bodies, notice, end: (session) => this.wipe(session) })
    const table = tables.table<QueuedRecord>('mqttQueue')
    this.#book = {
      table,
      most: waiting.session,
      content: (record) => (record.body === undefined ? (record as BodyRecord) : this.#bodies.get(record.body)!),
      added: (record, stranger) => {
        if (record.body !== undefined) this.#bodies.use(record.body)
        this.#waiting.added(record, stranger)
        this.#expiry.queued(dialectOf(record.session), record)
      },
      removed: (record, stranger) => {
        this.#waiting.removed(record, stranger)
        if (record.body !== undefined) this.#bodies.release(record.body)
        this.#expiry.dequeued(dialectOf(record.session), record)
      },
      sentTo: (key, sentTo) => this.#change(key, { sentTo }),
    }
    this.#load(table)
    this.subscriptions = new Subscriptions(tables.table('mqttSubscriptions'))
    this.subscriptions.load((key) => this.#stored.get(key))
  }

  /** The stored session of that name. */
  get(dialect: DialectName, name: string): Session | undefined {
    return this.#stored.get(sessionKey(dialect, name))
  }

  /** The stored sessions that stand for this device. */
  ofDevice(device: DeviceKey): readonly Session[] {
    return this.#byDevice.get(device) ?? []
  }

  /** A session that ends with its connection. */
  transient(dialect: DialectName, name: string): Session {
    return new Session(sessionKey(dialect, name), dialect, name)
  }

  /** A new stored session. */
  create(dialect: DialectName, name: string): Session {
    const key = sessionKey(dialect, name)
    const record: SessionRecord = { dialect, session: name, stranger: true }
    this.#records.set(key, record)
    return this.#remember(key, record, [])
  }

  /** The session stands for this device, or for none. */
  standsFor(session: Session, device: DeviceKey | undefined): void {
    const record = this.#records.get(session.key)
    if (!session.stored || record === undefined) return
    if (record.device === device && record.stranger === (device === undefined || undefined)) return
    this.#leaveDevice(session)
    this.#joinDevice(session, device)
    this.#waiting.stranger(session, device === undefined)
    this.#change(session.key, { device, stranger: device === undefined || undefined })
  }

  /** Keeps a stored session from expiring while this connection is shaking hands. */
  claim(session: Session, channel: SessionChannel): void {
    session.holder = channel
    if (session.offlineSince === undefined) return
    session.offlineSince = undefined
    this.#expiry.cameBack(session)
    this.#waiting.cameBack(session)
    this.#change(session.key, { offlineSince: undefined })
  }

  /** From now on messages go out on this connection; what had waited goes first. */
  attach(session: Session, channel: SessionChannel): void {
    session.channel = channel
    const lost = session.outbox?.attach(channel) ?? 0
    if (lost > 0) this.#around.notice(say`${session.key}: ${lost} messages that had waited for it were dropped`)
  }

  /** The connection has ended, whether or not it ever was attached. */
  release(session: Session, channel: SessionChannel): void {
    if (session.channel === channel) {
      session.channel = undefined
      session.outbox?.detach()
    }
    if (!session.stored) return this.subscriptions.end(session)
    if (session.holder !== channel) return
    session.holder = session.channel
    if (session.channel !== undefined) return
    session.offlineSince = this.#around.now()
    this.#change(session.key, { offlineSince: session.offlineSince })
    this.#away(session)
    this.#boundDevice(session)
    this.#waiting.trim()
  }

  /** Keeps one copy of a message that several sessions are to get; returns its name. */
  share(publication: Publication): string {
    return this.#bodies.keep(publication)
  }

  /** Something has been added to what waits: where that is more than may be, others make room. */
  trim(): void {
    this.#waiting.trim()
  }

  /** Ends a stored session for good: nothing is left of it, even if a connection still holds it. */
  wipe(session: Session): void {
    if (!session.stored) return
    session.outbox?.clear()
    this.subscriptions.end(session)
    this.#expiry.cameBack(session)
    this.#waiting.cameBack(session)
    this.#leaveDevice(session)
    session.stored = false
    this.#stored.delete(session.key)
    this.#records.delete(session.key)
  }

  /** The instant from which `expire` has something to do. */
  nextExpiry(): Instant | undefined {
    return this.#expiry.next()
  }

  /** Wipes sessions and drops messages that have had their time. */
  expire(now: Instant): void {
    const { sessions, stale } = this.#expiry.take(now)
    for (const session of sessions) this.wipe(session)
    for (const { session, before } of stale) this.#stored.get(session)?.outbox?.expire(before)
  }

  #load(table: Table<QueuedRecord>): void {
    const queues = new Map<string, QueuedRecord[]>()
    for (const [key, record] of [...table.entries()].sort(([, a], [, b]) => a.at - b.at || a.seq - b.seq)) {
      const session = this.#records.get(record.session)
      // What a damaged file has lost cannot be sent.
      if (session === undefined || (record.body !== undefined && this.#bodies.get(record.body) === undefined)) {
        table.delete(key)
        continue
      }
      const queue = queues.get(record.session)
      if (queue === undefined) queues.set(record.session, [record])
      else queue.push(record)
      this.#book.added(record, session.stranger === true)
    }
    this.#bodies.sweep()
    const found = [...this.#records.entries()].map(([key, record]) => {
      const session = this.#remember(key, record, queues.get(key)?.sort((a, b) => a.seq - b.seq) ?? [])
      // Without an instant it had a connection when the hub was killed, which has ended by now.
      session.offlineSince = record.offlineSince ?? this.#around.now()
      if (record.offlineSince === undefined) this.#change(key, { offlineSince: session.offlineSince })
      return { session, since: session.offlineSince }
    })
    for (const { session } of found.sort((a, b) => a.since - b.since)) this.#away(session)
  }

  #remember(key: string, record: SessionRecord, stored: QueuedRecord[]): Session {
    const { dialect, session: name, sentTo, device, stranger = false } = record
    const outbox = new Outbox(key, this.#book, this.#waiting, { stored, sentTo, stranger })
    const session = new Session(key, dialect, name, outbox)
    this.#stored.set(key, session)
    this.#joinDevice(session, device)
    return session
  }

  #away(session: Session): void {
    this.#expiry.wentOffline(session)
    this.#waiting.wentAway(session)
  }

  /** A device that takes another session each time keeps its latest. */
  #boundDevice({ device }: Session): void {
    if (device === undefined) return
    const away = this.ofDevice(device).filter(({ offlineSince }) => offlineSince !== undefined)
    const most = this.#around.waiting.sessionsOfDevice
    if (away.length <= most) return
    const [longest] = away.sort((a, b) => a.offlineSince! - b.offlineSince!)
    if (longest === undefined) return
    this.wipe(longest)
    this.#around.notice(
      say`${device}: more than ${most} sessions are kept for it, under as many client ids; the one away longest is over`,
    )
  }

  #joinDevice(session: Session, device: DeviceKey | undefined): void {
    session.device = device
    if (device === undefined) return
    const sessions = this.#byDevice.get(device)
    if (sessions === undefined) this.#byDevice.set(device, [session])
    else sessions.push(session)
  }

  #leaveDevice(session: Session): void {
    const { device } = session
    const left = device === undefined ? undefined : this.#byDevice.get(device)?.filter((other) => other !== session)
    if (device === undefined || left === undefined) return
    if (left.length > 0) this.#byDevice.set(device, left)
    else this.#byDevice.delete(device)
  }

  /** `undefined` takes a member out. */
  #change(key: string, change: Change): void {
    const record = this.#records.get(key)
    if (record === undefined) return
    const { dialect, session, offlineSince, sentTo, device, stranger } = { ...record, ...change }
    this.#records.set(key, {
      dialect,
      session,
      ...(offlineSince !== undefined && { offlineSince }),
      ...(sentTo !== undefined && { sentTo }),
      ...(device !== undefined && { device }),
      ...(stranger !== undefined && { stranger }),
    })
  }
}

type Change = { [name in 'offlineSince' | 'sentTo' | 'device' | 'stranger']?: SessionRecord[name] | undefined }

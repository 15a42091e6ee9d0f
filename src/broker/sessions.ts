import type { Instant } from '../core/clock.ts'
import { dialectOf, type DialectName } from '../core/ids.ts'
import type { Table, Tables } from '../core/table.ts'
import { Expiry } from './expiry.ts'
import { Outbox, type OutboxBook, type QueuedRecord } from './outbox.ts'
import type { SessionLimits } from './port.ts'
import { Session, sessionKey, type SessionLink } from './session.ts'
import { Subscriptions } from './subscriptions.ts'

interface SessionRecord {
  dialect: DialectName
  session: string
  /** When its last connection ended; absent while it has one. */
  offlineSince?: Instant
  /** How far its queue has been sent at least once. */
  sentTo?: number
}

/** The life of sessions; those that outlive their connection are kept, record by record, in tables. */
export class Sessions {
  readonly subscriptions: Subscriptions
  readonly #records: Table<SessionRecord>
  readonly #stored = new Map<string, Session>()
  readonly #expiry: Expiry
  readonly #book: OutboxBook
  readonly #now: () => Instant

  constructor(tables: Tables, limits: (dialect: DialectName) => SessionLimits, now: () => Instant) {
    this.#now = now
    this.#expiry = new Expiry(limits)
    this.#records = tables.table('mqttSessions')
    const table = tables.table<QueuedRecord>('mqttQueue')
    this.#book = {
      table,
      added: (record) => this.#expiry.queued(dialectOf(record.session), record),
      removed: (record) => this.#expiry.dequeued(dialectOf(record.session), record),
      sentTo: (key, sentTo) => this.#change(key, { sentTo }),
    }
    this.#load([...table.values()])
    this.subscriptions = new Subscriptions(tables.table('mqttSubscriptions'))
    this.subscriptions.load((key) => this.#stored.get(key))
  }

  /** The stored session of that name. */
  get(dialect: DialectName, name: string): Session | undefined {
    return this.#stored.get(sessionKey(dialect, name))
  }

  /** A session that ends with its connection. */
  transient(dialect: DialectName, name: string): Session {
    return new Session(sessionKey(dialect, name), dialect, name)
  }

  /** A new stored session. */
  create(dialect: DialectName, name: string): Session {
    const key = sessionKey(dialect, name)
    const record = { dialect, session: name }
    this.#records.set(key, record)
    return this.#remember(key, record, [])
  }

  /** Keeps a stored session from expiring while this connection is shaking hands. */
  claim(session: Session, link: SessionLink): void {
    session.holder = link
    if (session.offlineSince === undefined) return
    session.offlineSince = undefined
    this.#expiry.cameBack(session)
    this.#change(session.key, { offlineSince: undefined })
  }

  /** From now on messages go out on this connection; what had waited goes first. */
  attach(session: Session, link: SessionLink): void {
    session.link = link
    session.outbox?.attach(link)
  }

  /** The connection has ended, whether or not it ever was attached. */
  release(session: Session, link: SessionLink): void {
    if (session.link === link) {
      session.link = undefined
      session.outbox?.detach()
    }
    if (!session.stored) return this.subscriptions.end(session)
    if (session.holder !== link) return
    session.holder = session.link
    if (session.link !== undefined) return
    session.offlineSince = this.#now()
    this.#expiry.wentOffline(session)
    this.#change(session.key, { offlineSince: session.offlineSince })
  }

  /** Ends a stored session for good: nothing is left of it, even if a connection still holds it. */
  wipe(session: Session): void {
    if (!session.stored) return
    session.outbox?.clear()
    this.subscriptions.end(session)
    this.#expiry.cameBack(session)
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

  #load(queued: QueuedRecord[]): void {
    const queues = new Map<string, QueuedRecord[]>()
    for (const record of queued.sort((a, b) => a.at - b.at || a.seq - b.seq)) {
      const queue = queues.get(record.session)
      if (queue === undefined) queues.set(record.session, [record])
      else queue.push(record)
      this.#book.added(record)
    }
    const found = [...this.#records.entries()].map(([key, record]) => {
      const session = this.#remember(key, record, queues.get(key)?.sort((a, b) => a.seq - b.seq) ?? [])
      // Without an instant it had a connection when the hub was killed, which has ended by now.
      session.offlineSince = record.offlineSince ?? this.#now()
      if (record.offlineSince === undefined) this.#change(key, { offlineSince: session.offlineSince })
      return { session, since: session.offlineSince }
    })
    for (const { session } of found.sort((a, b) => a.since - b.since)) this.#expiry.wentOffline(session)
  }

  #remember(key: string, record: SessionRecord, queue: QueuedRecord[]): Session {
    const session = new Session(key, record.dialect, record.session, new Outbox(key, this.#book, queue, record.sentTo))
    this.#stored.set(key, session)
    return session
  }

  /** `offlineSince: undefined` takes it out. */
  #change(key: string, change: { offlineSince?: Instant | undefined; sentTo?: number }): void {
    const record = this.#records.get(key)
    if (record === undefined) return
    const { dialect, session, offlineSince, sentTo } = { ...record, ...change }
    this.#records.set(key, { dialect, session, ...(offlineSince !== undefined && { offlineSince }), ...(sentTo !== undefined && { sentTo }) })
  }
}

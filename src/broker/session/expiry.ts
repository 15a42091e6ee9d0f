import type { Instant } from '../../core/clock.ts'
import type { DialectName } from '../../core/ids.ts'
import type { QueuedRecord } from './queued.ts'
import type { SessionLimits } from '../port.ts'
import type { Session } from './session.ts'

interface Shelf {
  limits: SessionLimits
  /** Longest offline first. */
  offline: Set<Session>
  /** Oldest first; kept only where messages expire by themselves. */
  queued: Set<QueuedRecord>
}

/**
 * When stored sessions and messages have had their time. Both age alike within a dialect, so the order in which they
 * came is the order in which they go, and no timer or heap is needed.
 */
export class Expiry {
  readonly #limits: (dialect: DialectName) => SessionLimits
  readonly #shelves = new Map<DialectName, Shelf>()

  constructor(limits: (dialect: DialectName) => SessionLimits) {
    this.#limits = limits
  }

  wentOffline(session: Session): void {
    this.#shelf(session.dialect).offline.add(session)
  }

  cameBack(session: Session): void {
    this.#shelf(session.dialect).offline.delete(session)
  }

  queued(dialect: DialectName, record: QueuedRecord): void {
    const { limits, queued } = this.#shelf(dialect)
    if (limits.messageMs !== undefined) queued.add(record)
  }

  dequeued(dialect: DialectName, record: QueuedRecord): void {
    this.#shelf(dialect).queued.delete(record)
  }

  /** The instant from which `take` has something. */
  next(): Instant | undefined {
    let next = Infinity
    for (const shelf of this.#shelves.values()) {
      const [session] = shelf.offline
      const [record] = shelf.queued
      if (session !== undefined) next = Math.min(next, sessionEnd(session, shelf.limits))
      if (record !== undefined) next = Math.min(next, messageEnd(record, shelf.limits))
    }
    return next === Infinity ? undefined : next
  }

  /** What has fallen due by `now`: sessions that are over, and the keys of sessions with messages too old. */
  take(now: Instant): { sessions: Session[]; stale: { session: string; before: Instant }[] } {
    const sessions: Session[] = []
    const stale = new Map<string, Instant>()
    for (const { limits, offline, queued } of this.#shelves.values()) {
      for (const session of offline) {
        if (sessionEnd(session, limits) > now) break
        sessions.push(session)
      }
      for (const record of queued) {
        if (messageEnd(record, limits) > now) break
        stale.set(record.session, record.at)
      }
    }
    return { sessions, stale: [...stale].map(([session, before]) => ({ session, before })) }
  }

  #shelf(dialect: DialectName): Shelf {
    let shelf = this.#shelves.get(dialect)
    if (shelf === undefined)
      this.#shelves.set(dialect, (shelf = { limits: this.#limits(dialect), offline: new Set(), queued: new Set() }))
    return shelf
  }
}

const sessionEnd = (session: Session, limits: SessionLimits): Instant =>
  (session.offlineSince ?? Infinity) + limits.sessionMs
const messageEnd = (record: QueuedRecord, limits: SessionLimits): Instant => record.at + (limits.messageMs ?? Infinity)

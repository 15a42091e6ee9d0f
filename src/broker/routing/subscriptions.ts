import type { DialectName } from '../../core/ids.ts'
import type { Qos } from '../../core/seam/mqtt.ts'
import type { Table } from '../../core/table.ts'
import type { Session } from '../session/session.ts'
import { SubscriptionIndex, type Subscription } from './subscription-index.ts'

export interface SubscriptionRecord {
  /** The session's key. */
  session: string
  filter: string
  qos: Qos
  /** What messages are matched with, if not with the filter. */
  as?: string
}

/** The subscribers of every filter: one index per dialect, since no cloud's message reaches another's clients. */
export class Subscriptions {
  readonly #table: Table<SubscriptionRecord>
  readonly #indexes = new Map<DialectName, SubscriptionIndex<Session>>()

  constructor(table: Table<SubscriptionRecord>) {
    this.#table = table
  }

  /** Gives the stored sessions what they had. */
  load(sessionOf: (key: string) => Session | undefined): void {
    for (const { session: key, filter, qos, as } of this.#table.values()) {
      const session = sessionOf(key)
      if (session !== undefined) this.#grant(session, filter, qos, as ?? filter)
    }
  }

  /** Adds the subscription or changes it; `as` is what messages are matched with. */
  add(session: Session, filter: string, qos: Qos, as = filter): void {
    const before = session.granted.get(filter)
    if (before === qos && session.effective(filter) === as) return
    if (before !== undefined && session.effective(filter) !== as) this.#withdraw(session, filter)
    this.#grant(session, filter, qos, as)
    if (session.stored)
      this.#table.set(keyOf(session, filter), { session: session.key, filter, qos, ...(as !== filter && { as }) })
  }

  remove(session: Session, filter: string): void {
    if (!session.granted.has(filter)) return
    this.#withdraw(session, filter)
    if (session.stored) this.#table.delete(keyOf(session, filter))
  }

  /** The session is over; what it had been granted can still be read from it. */
  end(session: Session): void {
    for (const filter of session.granted.keys()) {
      this.#index(session.dialect).remove(session.effective(filter), session)
      if (session.stored) this.#table.delete(keyOf(session, filter))
    }
  }

  /** The sessions that are to have a message on this topic, each once with the QoS of its best filter. */
  match(dialect: DialectName, topic: string): Iterable<Subscription<Session>> {
    return this.#index(dialect).match(topic)
  }

  #grant(session: Session, filter: string, qos: Qos, as: string): void {
    session.granted.set(filter, qos)
    if (as !== filter) (session.aliases ??= new Map()).set(filter, as)
    this.#reindex(session, as)
  }

  #withdraw(session: Session, filter: string): void {
    const as = session.effective(filter)
    session.granted.delete(filter)
    session.aliases?.delete(filter)
    this.#reindex(session, as)
  }

  /** Several filters of a session may lead to the same place; the best of them counts. */
  #reindex(session: Session, as: string): void {
    let best = session.aliases?.has(as) === true ? undefined : session.granted.get(as)
    if (session.aliases !== undefined)
      for (const [filter, qos] of session.granted)
        if (session.effective(filter) === as && (best === undefined || qos > best)) best = qos
    if (best === undefined) this.#index(session.dialect).remove(as, session)
    else this.#index(session.dialect).add(as, session, best)
  }

  #index(dialect: DialectName): SubscriptionIndex<Session> {
    let index = this.#indexes.get(dialect)
    if (index === undefined) this.#indexes.set(dialect, (index = new SubscriptionIndex()))
    return index
  }
}

const keyOf = (session: Session, filter: string): string => JSON.stringify([session.key, filter])

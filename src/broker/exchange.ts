import mqtt from 'mqtt-packet'
import { HubError } from '../core/errors.ts'
import type { Instant } from '../core/clock.ts'
import type { DialectName } from '../core/ids.ts'
import type { Qos } from '../core/seam/mqtt.ts'
import { isTopic } from './filter.ts'
import type { Link } from './link.ts'
import type { Outgoing } from './port.ts'
import { shareable, toPacket, type Publication } from './publication.ts'
import type { Retained } from './retained.ts'
import type { Session, SessionLink } from './session.ts'
import type { Sessions } from './sessions.ts'

interface Around {
  sessions: Sessions
  retained: Retained
  now(): Instant
  commit(): Promise<void>
  /** Stores what has changed without anybody waiting for it. */
  commitSoon(): void
}

/** Carries messages to whom they are for, in the order in which it is asked to. */
export class Exchange {
  readonly #around: Around

  constructor(around: Around) {
    this.#around = around
  }

  /**
   * To every subscriber now, and into the queue of every stored session. A promise if something was stored, which
   * resolves once that is safe.
   */
  publish(dialect: DialectName, publication: Publication): Promise<void> | undefined {
    const { sessions, retained } = this.#around
    check(publication.topic)
    let stored = false
    if (publication.retain) {
      retained.keep(dialect, publication)
      stored = true
    }
    let qos0: Fanned | undefined
    let kept: Publication | undefined
    for (const [session, granted] of sessions.subscriptions.match(dialect, publication.topic)) {
      const { link } = session
      if (link !== undefined && !link.mayDeliver(publication.topic, false)) continue
      if (granted === 0 || publication.qos === 0) {
        if (link !== undefined) link.transmitEncoded((qos0 ??= fan(publication)).publication, qos0.bytes)
      } else if (session.stored) {
        this.#keep(session, (kept ??= shareable({ ...publication, retain: false })))
        stored = true
      } else link?.send({ ...publication, retain: false })
    }
    return stored ? this.#around.commit() : undefined
  }

  /** To one connection, subscribed or not. */
  send(link: Link, { topic, payload, qos, retain = false }: Outgoing, track?: string): void {
    check(topic)
    const publication: Publication = { topic, payload, qos: qos === 'as-subscribed' ? link.qosFor(topic) : qos, retain }
    const { session } = link
    if (publication.qos === 0 || session?.stored !== true) return link.send(publication, track)
    session.outbox?.add(publication, this.#around.now(), { direct: true, ...(track !== undefined && { track }) })
    this.#around.commitSoon()
  }

  /** Shows a new subscription the messages that were retained for it; those that its session does not store, no faster than the client reads. */
  sendRetained(session: Session, filter: string, qos: Qos): void {
    const { link } = session
    if (link !== undefined) this.#show(session, link, filter, this.#around.retained.matching(session.dialect, session.effective(filter), qos))
  }

  #show(session: Session, link: SessionLink, filter: string, publications: Generator<Publication>): void {
    // A `for … of` that is left would end the generator.
    for (let next = publications.next(); next.done !== true; next = publications.next()) {
      const { value: publication } = next
      if (session.link !== link || !session.granted.has(filter)) return
      if (!link.mayDeliver(publication.topic, true)) continue
      if (publication.qos === 1 && session.stored) {
        this.#keep(session, publication)
        this.#around.commitSoon()
        continue
      }
      link.send(publication)
      if (link.isFull(() => this.#show(session, link, filter, publications))) return
    }
  }

  #keep(session: Session, publication: Publication): void {
    session.outbox?.add(publication, this.#around.now())
  }
}

interface Fanned {
  publication: Publication
  bytes: Uint8Array
}

/** Forwarded, it is no longer a retained message [MQTT-3.3.1-9]. */
function fan({ topic, payload }: Publication): Fanned {
  const publication: Publication = { topic, payload, qos: 0, retain: false }
  return { publication, bytes: mqtt.generate(toPacket(publication, 0, false)) }
}

function check(topic: string): void {
  if (!isTopic(topic)) throw new HubError('INVALID', `${JSON.stringify(topic)} is not a topic that a message can have`, { field: 'topic' })
}

import mqtt from 'mqtt-packet'
import { HubError } from '../../core/errors.ts'
import type { Instant } from '../../core/clock.ts'
import type { DialectName } from '../../core/ids.ts'
import type { Qos } from '../../core/seam/mqtt.ts'
import { isTopic } from './filter.ts'
import type { Channel } from '../channel/channel.ts'
import type { Outgoing } from '../port.ts'
import type { Letter } from '../session/queued.ts'
import { shareable, toPacket, type Publication } from './publication.ts'
import type { Retained } from './retained.ts'
import type { Session, SessionChannel } from '../session/session.ts'
import type { Sessions } from '../session/sessions.ts'
import { say } from '../../core/said.ts'

interface Around {
  sessions: Sessions
  retained: Retained
  now(): Instant
  commit(): Promise<void>
  /** Stores what has changed without anybody waiting for it. */
  commitSoon(): void
}

/** Carries messages to whom they are for, in the order in which it is asked to. */
export class Router {
  readonly #around: Around

  constructor(around: Around) {
    this.#around = around
  }

  /**
   * To every subscriber now, and into the queue of every stored session. A promise if something was stored, which
   * resolves once that is safe. `own`: the hub itself says it.
   */
  publish(dialect: DialectName, publication: Publication, own?: true): Promise<void> | undefined {
    const { sessions, retained } = this.#around
    check(publication.topic)
    let stored = false
    if (publication.retain) {
      retained.keep(dialect, publication)
      stored = true
    }
    let qos0: Fanned | undefined
    let only: Session | undefined
    let shared: Shared | undefined
    for (const [session, granted] of sessions.subscriptions.match(dialect, publication.topic)) {
      const { channel } = session
      if (channel !== undefined && !channel.mayDeliver(publication.topic, false)) continue
      if (granted === 0 || publication.qos === 0) {
        if (channel !== undefined) channel.transmitEncoded((qos0 ??= fan(publication)).publication, qos0.bytes)
      } else if (!session.stored) channel?.send({ ...publication, retain: false })
      else if (only === undefined) only = session
      else {
        // Most have one reader; several share one copy.
        if (shared === undefined) this.#keep(only, (shared = this.#share(publication)).publication, own, shared.body)
        this.#keep(session, shared.publication, own, shared.body)
      }
    }
    if (only !== undefined) {
      if (shared === undefined) this.#keep(only, { ...publication, retain: false }, own)
      sessions.trim()
      stored = true
    }
    return stored ? this.#around.commit() : undefined
  }

  /** To one connection, subscribed or not. */
  send(channel: Channel, { topic, payload, qos, retain = false }: Outgoing, track?: string): void {
    check(topic)
    const publication: Publication = {
      topic,
      payload,
      qos: qos === 'as-subscribed' ? channel.qosFor(topic) : qos,
      retain,
    }
    const { session } = channel
    if (publication.qos === 0 || session?.stored !== true) return channel.send(publication, track)
    const letter: Letter = { direct: true, own: true, ...(track !== undefined && { track }) }
    session.outbox?.add(publication, this.#around.now(), letter)
    this.#around.commitSoon()
  }

  /**
   * Shows a new subscription the messages that were retained for it; those that its session does not store, no faster
   * than the client reads.
   */
  sendRetained(session: Session, filter: string, qos: Qos): void {
    const { channel } = session
    if (channel !== undefined)
      this.#show(
        session,
        channel,
        filter,
        this.#around.retained.matching(session.dialect, session.effective(filter), qos),
      )
  }

  #show(session: Session, channel: SessionChannel, filter: string, publications: Generator<Publication>): void {
    // A `for … of` that is left would end the generator.
    for (let next = publications.next(); next.done !== true; next = publications.next()) {
      const { value: publication } = next
      if (session.channel !== channel || !session.granted.has(filter)) return
      if (!channel.mayDeliver(publication.topic, true)) continue
      if (publication.qos === 1 && session.stored) {
        this.#keep(session, publication)
        this.#around.sessions.trim()
        this.#around.commitSoon()
        continue
      }
      channel.send(publication)
      if (channel.isFull(() => this.#show(session, channel, filter, publications))) return
    }
  }

  #share(publication: Publication): Shared {
    const forwarded = shareable({ ...publication, retain: false })
    return { publication: forwarded, body: this.#around.sessions.share(forwarded) }
  }

  #keep(session: Session, publication: Publication, own?: true, body?: string): void {
    session.outbox?.add(publication, this.#around.now(), { ...(own && { own }), ...(body !== undefined && { body }) })
  }
}

/** A message that several stored sessions get, and where it is kept for them. */
interface Shared {
  publication: Publication
  body: string
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
  if (!isTopic(topic))
    throw new HubError('INVALID', say`${JSON.stringify(topic)} is not a topic that a message can have`, {
      field: 'topic',
    })
}

import type { Instant } from '../../core/clock.ts'
import type { DeviceKey, DialectName } from '../../core/ids.ts'
import type { ConnectionId, Qos } from '../../core/seam/mqtt.ts'
import { matchesFilter } from '../routing/filter.ts'
import type { Outbox, OutboxTarget } from './outbox.ts'
import type { Publication } from '../routing/publication.ts'

/** The live connection of a session. */
export interface SessionChannel extends OutboxTarget {
  readonly id: ConnectionId
  send(publication: Publication, track?: string): void
  transmitEncoded(publication: Publication, bytes: Uint8Array): void
  /**
   * Whether so much waits for the client that more had better follow later; if so, calls back once it has caught up.
   */
  isFull(caughtUp: () => void): boolean
}

/** An MQTT session: one that ends with its connection, or one that is stored (then it has an outbox). */
export class Session {
  /** Granted filters under the names the client gave. */
  readonly granted = new Map<string, Qos>()
  /** Where a subscription goes when it goes elsewhere than it says; few do. */
  aliases: Map<string, string> | undefined
  readonly outbox: Outbox | undefined
  /** It outlives its connection; a stored session that is wiped no longer does. */
  stored: boolean
  /** The channel that empties it now. */
  channel: SessionChannel | undefined
  /** The latest connection that has laid claim to it, which may still be shaking hands. */
  holder: SessionChannel | undefined
  /** The device that it stands for; known of stored sessions only. */
  device: DeviceKey | undefined
  /** When its last connection ended, while it has none. */
  offlineSince: Instant | undefined
  /** Identifiers of QoS 2 messages received and not yet released. In memory only: no cloud here takes QoS 2. */
  received: Set<number> | undefined

  constructor(
    /** Unique over all dialects. */
    readonly key: string,
    readonly dialect: DialectName,
    readonly name: string,
    outbox?: Outbox,
  ) {
    this.outbox = outbox
    this.stored = outbox !== undefined
  }

  /** The filter that messages are matched with. */
  effective(filter: string): string {
    return this.aliases?.get(filter) ?? filter
  }

  /** The QoS of the best matching filter; `undefined` if none matches. */
  qosFor(topic: string): Qos | undefined {
    let best: Qos | undefined
    for (const [filter, qos] of this.granted) {
      if (best !== undefined && qos <= best) continue
      if (!matchesFilter(this.effective(filter), topic)) continue
      if (qos === 1) return 1
      best = qos
    }
    return best
  }
}

/** Client ids may hold anything; a dialect's name never holds a slash. */
export const sessionKey = (dialect: DialectName, name: string): string => `${dialect}/${name}`

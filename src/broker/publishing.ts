import type { PublishPacket } from 'aedes'
import type { Connection, Incoming, PublishVerdict } from '../core/seam/mqtt.ts'
import { Arrivals } from './arrivals.ts'
import { Ending } from './ending.ts'
import type { Exchange } from './exchange.ts'
import { saidGoodbye, type Link } from './link.ts'
import type { BrokerHooks } from './port.ts'

interface Around {
  hooks: BrokerHooks
  exchange: Exchange
  notice(text: string, link: Link, decided?: true): void
}

/** What becomes of the messages that a client publishes. All of it happens before the PUBACK, which aedes writes. */
export class Publishing {
  readonly #around: Around

  constructor(around: Around) {
    this.#around = around
  }

  /** `acknowledge` lets aedes go on, or ends the connection. */
  take(link: Link, packet: PublishPacket, acknowledge: (error?: Error | null) => void): void {
    const { connection } = link
    if (connection === undefined) return acknowledge(new Ending('CLIENT_ERROR', 'it published before it was let in'))
    if (packet === link.client.will) {
      const due = link.stage === 'live' && !link.silent && !saidGoodbye(link)
      if (due) this.#arrivals(link, connection).take({ ...toIncoming(packet), will: true }, () => {})
      return acknowledge()
    }
    // Already taken: aedes only repeats its PUBREC [MQTT-4.3.3-2].
    if (packet.qos === 2 && link.session?.received?.has(packet.messageId!) === true) return done(link, acknowledge)
    this.#arrivals(link, connection).take(toIncoming(packet), (error) => {
      if (error === undefined) {
        if (link.isBehind) link.whenCaughtUp(() => done(link, acknowledge))
        else done(link, acknowledge)
        return
      }
      // What was acknowledged before must still reach the client.
      link.flush()
      acknowledge(error)
    })
  }

  #arrivals(link: Link, connection: Connection): Arrivals {
    return (link.arrivals ??= new Arrivals({
      decide: (incoming) => this.#around.hooks.publish(connection, incoming),
      perform: (incoming, verdict) => this.#perform(link, connection, incoming, verdict),
      failed: (error) => new Ending('SERVER_INITIATED', `the hub failed over a message from it: ${error instanceof Error ? error.message : String(error)}`),
    }))
  }

  #perform(link: Link, { dialect }: Connection, incoming: Incoming, verdict: PublishVerdict): Promise<void> | undefined {
    if (verdict.route === 'drop') this.#around.notice(`message to ${incoming.topic} dropped: ${verdict.reason}`, link, true)
    if (verdict.route !== 'forward') return undefined
    const { topic = incoming.topic, retain = incoming.retain } = verdict
    return this.#around.exchange.publish(dialect, { topic, payload: incoming.payload, qos: incoming.qos === 0 ? 0 : 1, retain })
  }
}

function done(link: Link, acknowledge: () => void): void {
  acknowledge()
  link.order?.acknowledged()
}

const toIncoming = ({ topic, payload, qos, retain, dup }: PublishPacket): Incoming => ({
  topic,
  payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
  qos,
  retain: retain === true,
  dup: dup === true,
})

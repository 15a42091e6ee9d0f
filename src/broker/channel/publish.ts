import type { PublishPacket } from 'aedes'
import type { Connection, Incoming, PublishVerdict } from '../../core/seam/mqtt.ts'
import { InboundQueue } from './inbound-queue.ts'
import { DisconnectError } from './disconnect-error.ts'
import type { Router } from '../routing/router.ts'
import { saidGoodbye, type Channel } from './channel.ts'
import type { BrokerHooks } from '../port.ts'
import { wordsOf, asSaid, say, type Words } from '../../core/said.ts'

interface Around {
  hooks: BrokerHooks
  router: Router
  notice(text: Words, channel: Channel, decided?: true): void
}

/** What becomes of the messages that a client publishes. All of it happens before the PUBACK, which aedes writes. */
export class PublishHandler {
  readonly #around: Around

  constructor(around: Around) {
    this.#around = around
  }

  /** `acknowledge` lets aedes go on, or ends the connection. */
  take(channel: Channel, packet: PublishPacket, acknowledge: (error?: Error | null) => void): void {
    const { connection } = channel
    if (connection === undefined)
      return acknowledge(new DisconnectError('CLIENT_ERROR', 'it published before it was let in'))
    if (packet === channel.client.will) {
      const due = channel.stage === 'live' && !channel.silent && !saidGoodbye(channel)
      if (due) this.#inbound(channel, connection).take({ ...toIncoming(packet), will: true }, () => {})
      return acknowledge()
    }
    // Already taken: aedes only repeats its PUBREC [MQTT-4.3.3-2].
    if (packet.qos === 2 && channel.session?.received?.has(packet.messageId!) === true)
      return done(channel, acknowledge)
    this.#inbound(channel, connection).take(toIncoming(packet), (error) => {
      if (error === undefined) {
        if (channel.isBehind) channel.whenCaughtUp(() => done(channel, acknowledge))
        else done(channel, acknowledge)
        return
      }
      // What was acknowledged before must still reach the client.
      channel.flush()
      acknowledge(error)
    })
  }

  #inbound(channel: Channel, connection: Connection): InboundQueue {
    return (channel.inbound ??= new InboundQueue({
      decide: (incoming) => this.#around.hooks.publish(connection, incoming),
      perform: (incoming, verdict) => this.#perform(channel, connection, incoming, verdict),
      failed: (error) =>
        new DisconnectError('SERVER_INITIATED', say`the hub failed over a message from it: ${asSaid(wordsOf(error))}`),
    }))
  }

  #perform(
    channel: Channel,
    { dialect }: Connection,
    incoming: Incoming,
    verdict: PublishVerdict,
  ): Promise<void> | undefined {
    if (verdict.route === 'drop')
      this.#around.notice(say`message to ${incoming.topic} dropped: ${asSaid(verdict.reason)}`, channel, true)
    if (verdict.route !== 'forward') return undefined
    const { topic = incoming.topic, retain = incoming.retain } = verdict
    return this.#around.router.publish(dialect, {
      topic,
      payload: incoming.payload,
      qos: incoming.qos === 0 ? 0 : 1,
      retain,
    })
  }
}

function done(channel: Channel, acknowledge: () => void): void {
  acknowledge()
  channel.order?.acknowledged()
}

const toIncoming = ({ topic, payload, qos, retain, dup }: PublishPacket): Incoming => ({
  topic,
  payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
  qos,
  retain: retain === true,
  dup: dup === true,
})

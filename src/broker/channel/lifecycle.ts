import type { Aedes } from 'aedes'
import type { DisconnectReason } from '../../core/seam/mqtt.ts'
import type { AedesClient } from '../aedes/aedes-broker.ts'
import { DisconnectError, disconnectReason } from './disconnect-error.ts'
import { saidGoodbye, type Channel } from './channel.ts'
import type { Channels } from './channels.ts'
import type { BrokerHooks } from '../port.ts'
import type { Sessions } from '../session/sessions.ts'
import { explainTls, explainFirstByte } from '../../net/tls-errors.ts'
import { asSaid, say, type Label, type Words } from '../../core/said.ts'

interface Around {
  hooks: BrokerHooks
  channels: Channels
  sessions: Sessions
  commitSoon(): void
  notice(text: Words, channel: Channel, decided?: true): void
}

/**
 * When a connection becomes live, how it ends, and that each is told exactly once, in whatever order aedes comes with
 * it.
 */
export class Lifecycle {
  readonly #around: Around

  constructor(around: Around) {
    this.#around = around
  }

  listenTo(aedes: Aedes, unsubscribed: (client: object, filters: string[]) => Promise<void>): void {
    const { channels } = this.#around
    aedes.on('clientReady', (client) => this.#ready(channels.of(client)))
    aedes.on('keepaliveTimeout', (client) => {
      const channel = channels.of(client)
      if (channel !== undefined) channel.reason ??= 'KEEP_ALIVE_TIMEOUT'
    })
    const failed = (client: object, error: Error): void => this.#failed(channels.of(client), error)
    aedes.on('clientError', failed)
    aedes.on('connectionError', failed)
    aedes.on('unsubscribe', (filters, client) => void unsubscribed(client, filters))
  }

  replaced(client: AedesClient): void {
    const channel = this.#around.channels.of(client)
    if (channel !== undefined) channel.reason ??= 'DUPLICATE_CLIENT_ID'
  }

  gone(client: AedesClient): void {
    this.#ended(this.#around.channels.of(client))
  }

  /** The stream is closed; aedes may not have noticed yet, and a will must go before the end. */
  closed(channel: Channel): void {
    channel.client.close()
    this.#ended(channel)
  }

  /** Ends a connection from our side, once what has been written is on its way. */
  end(channel: Channel, reason: DisconnectReason): void {
    channel.reason ??= reason
    channel.flush()
    channel.client.close()
    channel.stream.destroy()
  }

  acknowledged(channel: Channel, id: number): void {
    const { session, connection } = channel
    const track = channel.acknowledge(id)
    if (session?.stored === true) this.#around.commitSoon()
    if (track !== undefined && connection !== undefined)
      this.tell(channel, () => this.#around.hooks.acknowledged(connection, track))
  }

  /** Nobody waits for what this hook does; if it throws, the hub lives on. */
  tell(channel: Channel, hook: () => void): void {
    try {
      hook()
    } catch (error) {
      this.#around.notice(say`the hub failed: ${error instanceof Error ? error.message : String(error)}`, channel)
    }
  }

  /** Aedes also says so of a client that was closed while it shook hands. */
  #ready(channel: Channel | undefined): void {
    const { sessions, channels, hooks } = this.#around
    if (
      channel?.session === undefined ||
      channel.connection === undefined ||
      channel.stage !== 'connecting' ||
      channel.client.closed
    )
      return
    const { session, connection } = channel
    if (session.outbox !== undefined && !session.stored) return this.end(channel, 'SERVER_INITIATED')
    channel.stage = 'live'
    channels.setLive(channel, session.key)
    sessions.attach(session, channel)
    if (session.stored) this.#around.commitSoon()
    this.tell(channel, () => hooks.connected(connection))
    channel.order?.connected()
  }

  #ended(channel: Channel | undefined): void {
    if (channel === undefined || channel.stage === 'ended') return
    const { channels, sessions, hooks } = this.#around
    const { connection, session } = channel
    const wasLive = channel.stage === 'live'
    channel.stage = 'ended'
    channel.close()
    channels.remove(channel)
    if (session !== undefined) {
      if (connection !== undefined) sessions.standsFor(session, connection.identity.device)
      sessions.release(session, channel)
      if (session.stored) this.#around.commitSoon()
    }
    if (!wasLive || connection === undefined) return
    const reason = channel.reason ?? (saidGoodbye(channel) ? 'CLIENT_INITIATED' : 'CONNECTION_LOST')
    this.tell(channel, () => hooks.disconnected(connection, reason))
  }

  /** Only the first thing that goes wrong counts. */
  #failed(channel: Channel | undefined, error: Error): void {
    if (channel === undefined || channel.stage === 'ended' || channel.reason !== undefined) return
    const { notice } = this.#around
    const reason = disconnectReason(error)
    if (reason === 'CONNECTION_LOST' && saidGoodbye(channel)) return
    channel.reason = reason
    if (error instanceof DisconnectError) notice(error.words, channel, error.reason === 'FORBIDDEN' || undefined)
    else if (channel.reason === 'CONNECTION_LOST') {
      const words = explainTls(error)
      if (words !== undefined) notice(words, channel)
    } else
      notice(breach(error, channel.request === undefined ? explainFirstByte(channel.firstByte) : undefined), channel)
  }
}

const breach = ({ message }: Error, guess: Label | undefined): Words =>
  guess === undefined
    ? say`it broke the protocol: ${message}`
    : say`it broke the protocol: ${message} (${asSaid(guess)})`

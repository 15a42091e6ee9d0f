import type { Aedes } from 'aedes'
import type { DisconnectReason } from '../core/seam/mqtt.ts'
import type { AedesClient } from './aedes.ts'
import { Ending, reasonOf } from './ending.ts'
import { saidGoodbye, type Link } from './link.ts'
import type { Links } from './links.ts'
import type { BrokerHooks } from './port.ts'
import type { Sessions } from './sessions.ts'
import { explainTls, explainFirstByte } from '../net/tls-errors.ts'

interface Around {
  hooks: BrokerHooks
  links: Links
  sessions: Sessions
  commitSoon(): void
  notice(text: string, link: Link, decided?: true): void
}

/**
 * When a connection becomes live, how it ends, and that each is told exactly once, in whatever order aedes comes with
 * it.
 */
export class Life {
  readonly #around: Around

  constructor(around: Around) {
    this.#around = around
  }

  listenTo(keeper: Aedes, unsubscribed: (client: object, filters: string[]) => Promise<void>): void {
    const { links } = this.#around
    keeper.on('clientReady', (client) => this.#ready(links.of(client)))
    keeper.on('keepaliveTimeout', (client) => {
      const link = links.of(client)
      if (link !== undefined) link.reason ??= 'KEEP_ALIVE_TIMEOUT'
    })
    const failed = (client: object, error: Error): void => this.#failed(links.of(client), error)
    keeper.on('clientError', failed)
    keeper.on('connectionError', failed)
    keeper.on('unsubscribe', (filters, client) => void unsubscribed(client, filters))
  }

  replaced(client: AedesClient): void {
    const link = this.#around.links.of(client)
    if (link !== undefined) link.reason ??= 'DUPLICATE_CLIENT_ID'
  }

  gone(client: AedesClient): void {
    this.#ended(this.#around.links.of(client))
  }

  /** The stream is closed; aedes may not have noticed yet, and a will must go before the end. */
  closed(link: Link): void {
    link.client.close()
    this.#ended(link)
  }

  /** Ends a connection from our side, once what has been written is on its way. */
  end(link: Link, reason: DisconnectReason): void {
    link.reason ??= reason
    link.flush()
    link.client.close()
    link.stream.destroy()
  }

  acknowledged(link: Link, id: number): void {
    const { session, connection } = link
    const track = link.acknowledge(id)
    if (session?.stored === true) this.#around.commitSoon()
    if (track !== undefined && connection !== undefined) this.tell(link, () => this.#around.hooks.acknowledged(connection, track))
  }

  /** Nobody waits for what this hook does; if it throws, the hub lives on. */
  tell(link: Link, hook: () => void): void {
    try {
      hook()
    } catch (error) {
      this.#around.notice(`the hub failed: ${error instanceof Error ? error.message : String(error)}`, link)
    }
  }

  /** Aedes also says so of a client that was closed while it shook hands. */
  #ready(link: Link | undefined): void {
    const { sessions, links, hooks } = this.#around
    if (link?.session === undefined || link.connection === undefined || link.stage !== 'connecting' || link.client.closed) return
    const { session, connection } = link
    if (session.outbox !== undefined && !session.stored) return this.end(link, 'SERVER_INITIATED')
    link.stage = 'live'
    links.setLive(link, session.key)
    sessions.attach(session, link)
    if (session.stored) this.#around.commitSoon()
    this.tell(link, () => hooks.connected(connection))
    link.order?.connected()
  }

  #ended(link: Link | undefined): void {
    if (link === undefined || link.stage === 'ended') return
    const { links, sessions, hooks } = this.#around
    const { connection, session } = link
    const wasLive = link.stage === 'live'
    link.stage = 'ended'
    link.close()
    links.remove(link)
    if (session !== undefined) {
      if (connection !== undefined) sessions.standsFor(session, connection.identity.device)
      sessions.release(session, link)
      if (session.stored) this.#around.commitSoon()
    }
    if (!wasLive || connection === undefined) return
    const reason = link.reason ?? (saidGoodbye(link) ? 'CLIENT_INITIATED' : 'CONNECTION_LOST')
    this.tell(link, () => hooks.disconnected(connection, reason))
  }

  /** Only the first thing that goes wrong counts. */
  #failed(link: Link | undefined, error: Error): void {
    if (link === undefined || link.stage === 'ended' || link.reason !== undefined) return
    const { notice } = this.#around
    const reason = reasonOf(error)
    if (reason === 'CONNECTION_LOST' && saidGoodbye(link)) return
    link.reason = reason
    if (error instanceof Ending) notice(error.message, link, error.reason === 'FORBIDDEN' || undefined)
    else if (link.reason === 'CONNECTION_LOST') {
      const words = explainTls(error)
      if (words !== undefined) notice(words, link)
    } else notice(`it broke the protocol: ${error.message}${link.request === undefined ? explainFirstByte(link.firstByte) : ''}`, link)
  }
}

import type { Connection, ConnectionId } from '../../core/seam/mqtt.ts'
import type { DialectName } from '../../core/ids.ts'
import type { Channel } from './channel.ts'
import { sessionKey } from '../session/session.ts'

/** Every connection, from its first byte on; the live ones can be found by what they are called. */
export class Channels {
  readonly #all = new Set<Channel>()
  readonly #byClient = new WeakMap<object, Channel>()
  readonly #live = new Map<ConnectionId, Channel>()
  readonly #bySession = new Map<string, Channel>()

  add(channel: Channel): void {
    this.#all.add(channel)
    this.#byClient.set(channel.client, channel)
  }

  setLive(channel: Channel, session: string): void {
    this.#live.set(channel.id, channel)
    this.#bySession.set(session, channel)
  }

  remove(channel: Channel): void {
    this.#all.delete(channel)
    this.#live.delete(channel.id)
    const key = channel.session?.key
    if (key !== undefined && this.#bySession.get(key) === channel) this.#bySession.delete(key)
  }

  /** Also of a connection that has ended, as long as aedes knows its client. */
  of(client: object): Channel | undefined {
    return this.#byClient.get(client)
  }

  get(id: ConnectionId): Channel | undefined {
    return this.#live.get(id)
  }

  bySession(dialect: DialectName, session: string): Connection | undefined {
    return this.#bySession.get(sessionKey(dialect, session))?.connection
  }

  *connections(): Generator<Connection> {
    for (const { connection } of this.#live.values()) if (connection !== undefined) yield connection
  }

  all(): Channel[] {
    return [...this.#all]
  }
}

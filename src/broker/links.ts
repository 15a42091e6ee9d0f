import type { Connection, ConnectionId } from '../core/seam/mqtt.ts'
import type { DialectName } from '../core/ids.ts'
import type { Link } from './link.ts'
import { sessionKey } from './session.ts'

/** Every connection, from its first byte on; the live ones can be found by what they are called. */
export class Links {
  readonly #all = new Set<Link>()
  readonly #byClient = new WeakMap<object, Link>()
  readonly #live = new Map<ConnectionId, Link>()
  readonly #bySession = new Map<string, Link>()

  add(link: Link): void {
    this.#all.add(link)
    this.#byClient.set(link.client, link)
  }

  setLive(link: Link, session: string): void {
    this.#live.set(link.id, link)
    this.#bySession.set(session, link)
  }

  remove(link: Link): void {
    this.#all.delete(link)
    this.#live.delete(link.id)
    const key = link.session?.key
    if (key !== undefined && this.#bySession.get(key) === link) this.#bySession.delete(key)
  }

  /** Also of a connection that has ended, as long as aedes knows its client. */
  of(client: object): Link | undefined {
    return this.#byClient.get(client)
  }

  get(id: ConnectionId): Link | undefined {
    return this.#live.get(id)
  }

  bySession(dialect: DialectName, session: string): Connection | undefined {
    return this.#bySession.get(sessionKey(dialect, session))?.connection
  }

  *connections(): Generator<Connection> {
    for (const { connection } of this.#live.values()) if (connection !== undefined) yield connection
  }

  all(): Link[] {
    return [...this.#all]
  }
}

import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes'
import type { Packet, Parser } from 'mqtt-packet'

/** The state of mqtt-packet's parser, as far as we need it. */
export interface AedesParser extends Parser {
  packet: { length: number }
  /** How far it has read in the packet, in bytes; still there when the packet is handed on. */
  readonly _pos: number
  listeners(event: 'packet'): ((this: AedesParser, packet: Packet) => void)[]
  /** Reads the length of the packet that has begun; false if it is not all there yet. */
  _parseLength(): boolean
  /** Reads a CONNECT. */
  _parseConnect(): unknown
  /** The text at `_pos`, which it moves behind it; null where there is none. */
  _parseString(): string | null
  readonly _list: { slice(start: number, end: number): Buffer }
  error: Error | null
  _emitError(error: Error): void
}

/** What an aedes 1.2.0 client has besides its documented members; the version is pinned because of this file. */
export interface AedesClient extends Client {
  readonly _parser: AedesParser
  /** The very packet that `authorizePublish` gets when the will falls due. */
  readonly will: PublishPacket | null
}

interface Inside {
  readonly clients: Record<string, AedesClient | undefined>
  registerClient(client: AedesClient): void
  unregisterClient(client: AedesClient): void
}

interface Watcher {
  /** A client is about to take the place of this one. */
  replaced(client: AedesClient): void
  /** The client is closed and out of the list. */
  gone(client: AedesClient): void
}

const AedesInside = Aedes as unknown as new (options: AedesOptions) => Aedes & Inside

/**
 * Aedes as the keeper of connections: handshake, keep-alive, take-over, acknowledgements. Messages find their
 * subscribers elsewhere (`Exchange`), and nothing is published about the broker itself.
 */
export class ConnectionKeeper extends AedesInside {
  readonly #watcher: Watcher

  constructor(options: AedesOptions, watcher: Watcher) {
    super(options)
    this.#watcher = watcher
  }

  /** Whatever has come this far has been forwarded already, in `authorizePublish`, before its PUBACK. */
  override publish(_packet: unknown, client: unknown, done?: (error?: Error) => void): void {
    if (typeof client === 'function') client()
    else done?.()
  }

  override registerClient(client: AedesClient): void {
    const present = this.clients[client.id]
    if (present !== undefined) this.#watcher.replaced(present)
    super.registerClient(client)
  }

  /** Aedes would take a client out that has only the same id as the one that ends. */
  override unregisterClient(client: AedesClient): void {
    if (this.clients[client.id] === client) super.unregisterClient(client)
    this.#watcher.gone(client)
  }
}

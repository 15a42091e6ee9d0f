import { Aedes, type AedesOptions, type Client, type ConnectPacket, type PublishPacket } from 'aedes'
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
  id: string
  clean: boolean
  version: 3 | 4
  /** The very packet that `authorizePublish` gets when the will falls due. */
  will: PublishPacket | null
  connecting: boolean
  connected: boolean
  connackSent: boolean
  _authorized: boolean
  _connectTimer: NodeJS.Timeout | null
  _keepaliveInterval: number
  _keepaliveTimer: NodeJS.Timeout | null
}

/** What a client that is let in asked for. */
export interface Admission {
  /** What takes over from what: unique over all dialects. */
  key: string
  packet: ConnectPacket
  /** In seconds; 0 is none. */
  keepalive: number
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
 * Aedes as the aedes of connections: keep-alive, take-over, acknowledgements. Messages find their subscribers
 * elsewhere (`Router`), and nothing is published about the broker itself. CONNECT is answered elsewhere, too
 * (`Handshake`): of a queue in streams and a session in promises, which we have not, aedes makes a third of what a
 * connect costs.
 */
export class AedesBroker extends AedesInside {
  readonly #watcher: Watcher

  constructor(options: AedesOptions, watcher: Watcher) {
    super(options)
    this.#watcher = watcher
  }

  /** A CONNECT has come. Aedes gets nothing else of this client until `admit`. */
  hold(client: AedesClient): void {
    if (client._connectTimer !== null) clearTimeout(client._connectTimer)
    client._connectTimer = null
    client.connecting = true
  }

  /** The client is let in, and takes over from whoever has its session; `greet` writes the CONNACK. */
  admit(client: AedesClient, { key, packet, keepalive }: Admission, greet: () => void): void {
    Object.assign(client, { id: key, clean: packet.clean !== false, version: packet.protocolVersion ?? 4 })
    client.will = (packet.will as PublishPacket | undefined) ?? null
    client._authorized = true
    if (keepalive > 0) this.#keepAlive(client, keepalive * 1500 + 1)
    this.registerClient(client)
    greet()
    client.connackSent = true
    client.connecting = false
    client.connected = true
    this.emit('clientReady', client)
  }

  #keepAlive(client: AedesClient, ms: number): void {
    client._keepaliveInterval = ms
    client._keepaliveTimer = setTimeout(() => {
      this.emit('keepaliveTimeout', client)
      client.emit('error', new Error('keep alive timeout'))
    }, ms)
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

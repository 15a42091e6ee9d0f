import type { Instant } from '../clock.ts'
import type { Words } from '../said.ts'

/** What crosses the seam between deciding (engine, dialects) and performing (broker): plain data, no sockets. */

export type Qos = 0 | 1
export type ConnectionId = string

export interface Message {
  topic: string
  payload: string | Uint8Array
  qos: Qos
  retain?: boolean
}

/** A message that later subscribers are shown. */
export interface RetainedMessage {
  topic: string
  payload: string | Uint8Array
  qos: Qos
  /** When it was set; 0: nobody knows. */
  at: Instant
}

/** A message as a client published it. */
export interface Incoming {
  topic: string
  payload: Buffer
  qos: 0 | 1 | 2
  retain: boolean
  dup: boolean
  /** The client did not send it now: it is its will. */
  will?: boolean
}

export interface PeerCertificate {
  /** Lower-case hex SHA-256 of the DER form. */
  sha256: string
  /** Lower-case hex SHA-1 of the DER form. */
  sha1: string
  pem: string
  /**
   * The intermediate authorities that the client sent along, in its order, PEM; absent without any. Nobody has checked
   * them.
   */
  chain?: string[]
  commonName?: string
  validTo: number
  /** Signed by an authority the listener was told to trust. */
  authorized: boolean
}

/** Everything a client shows of itself before it is let in. */
export interface ConnectRequest {
  connection: ConnectionId
  clientId: string
  /** The client named no id: the hub has made this one up, and it will never come again. */
  unnamed?: true
  username?: string
  password?: Buffer
  /** True: nothing is kept from or for another connection. */
  clean: boolean
  /** Seconds; 0 = none. */
  keepalive: number
  /** 3 = MQTT 3.1, 4 = 3.1.1, 5. */
  protocolVersion: number
  will?: Omit<Incoming, 'dup'>
  transport: 'tcp' | 'tls' | 'ws' | 'wss'
  /** The peer's address is a loopback one. */
  local: boolean
  remoteAddress: string
  certificate?: PeerCertificate
  /** What TLS settled on and asked for. */
  alpn?: string
  servername?: string
  /** The upgrade request of a WebSocket. */
  upgrade?: { url: string; headers: Record<string, string | string[] | undefined> }
}

/** The client that a connection is of, once let in. */
interface Identity {
  /** The one that authenticated, as shown to people: a certificate id, a key name, a user. */
  principal: string
  /** The registered device this session stands for, if it stands for one. */
  device?: string
}

export type ConnectVerdict =
  | { accept: true; identity: Identity; /** Milliseconds to hold the CONNACK back. */ delayMs?: number }
  /** `returnCode` 2–5 goes into the CONNACK; `drop` closes without one. `reason` is for people, on our side. */
  | { accept: false; reason: Words; returnCode?: 2 | 3 | 4 | 5; drop?: true }

/** A live connection as dialects see it. */
export interface Connection {
  readonly id: ConnectionId
  readonly dialect: string
  readonly identity: Identity
  /** Names the MQTT session: the client id, or what the dialect put in its place. */
  readonly session: string
  readonly request: ConnectRequest
  /** Granted filters with their QoS. */
  readonly subscriptions: ReadonlyMap<string, Qos>
  /** For the dialect's own use, gone with the connection. */
  state: Record<string, unknown>
}

export type SubscribeVerdict =
  | { grant: Qos; /** Subscribe to this instead; the client does not learn of it. */ filter?: string }
  /** `refuse`: SUBACK 0x80; `close`: the connection ends. */
  | { refuse: Words }
  | { close: Words }

export type PublishVerdict =
  /** For the service only: acknowledged, forwarded to nobody. */
  | { route: 'consume' }
  /** Ordinary publish–subscribe, possibly with another topic or without its retain flag. */
  | { route: 'forward'; topic?: string; retain?: boolean }
  /** Acknowledged, but dropped: `reason` tells people why. */
  | { route: 'drop'; reason: Words }
  /** Not acknowledged: the connection ends. */
  | { route: 'close'; reason: Words; /** How it counts as ended; FORBIDDEN unless given. */ as?: DisconnectReason }

/** How a connection ended. */
export type DisconnectReason =
  | 'CLIENT_INITIATED'
  | 'CONNECTION_LOST'
  | 'KEEP_ALIVE_TIMEOUT'
  | 'CLIENT_ERROR'
  | 'DUPLICATE_CLIENT_ID'
  | 'FORBIDDEN'
  | 'SERVER_INITIATED'

import type { TlsFiles } from '../net/certificates.ts'
import type { Socket } from 'node:net'
import type { Packet } from 'mqtt-packet'
import type { Instant } from '../core/clock.ts'
import type { DeviceKey, DialectName, Ids } from '../core/ids.ts'
import type {
  Connection,
  ConnectionId,
  ConnectRequest,
  ConnectVerdict,
  DisconnectReason,
  Incoming,
  Message,
  PublishVerdict,
  Qos,
  RetainedMessage,
  SubscribeVerdict,
} from '../core/seam/mqtt.ts'
import type { Tables } from '../core/table.ts'
import type { LoopBudget } from '../net/loop-budget.ts'
import type { RetainedLimits } from './routing/retained.ts'
import type { WaitingLimits } from './session/waiting.ts'
import type { Words } from '../core/said.ts'

/**
 * Whom the broker asks: it decides nothing itself. A hook that throws ends the connection it was asked about, and
 * nothing is acknowledged. Hooks may be called from inside any method of the broker (a connection that is closed is
 * `disconnected` at once), so they must not expect to be called from the event loop only.
 */
export interface BrokerHooks {
  /**
   * Before anything else: whose the connection is and which MQTT session it names, or why it is turned away (CONNACK
   * 5).
   */
  session(request: ConnectRequest): SessionName | { refuse: Words }
  /** Resolves once everything it changed is stored. */
  connect(request: ConnectRequest, dialect: DialectName): Promise<ConnectVerdict>
  /**
   * The CONNACK is written, stored messages are on their way, nothing that the client sent since CONNECT has been
   * looked at.
   */
  connected(connection: Connection): void
  /** Once for every `connected`, after it; the connection can no longer be found by then. */
  disconnected(connection: Connection, reason: DisconnectReason): void
  /**
   * Asked for each filter of a SUBSCRIBE, in order, and for those of a stored session when it is restored (before
   * `connected`). A promise, if one is needed, resolves once everything it changed is stored.
   */
  subscribe(connection: Connection, filter: string, qos: 0 | 1 | 2): SubscribeVerdict | Promise<SubscribeVerdict>
  /** The SUBACK and the retained messages are written. Only what was granted, under the names the client gave. */
  subscribed(connection: Connection, filters: Granted[]): void
  /** The UNSUBACK is written. */
  unsubscribed(connection: Connection, filters: string[]): void
  /**
   * Resolves after the commit: only then does the broker acknowledge and forward. A will comes with `will: true`. What
   * else was decided is done before the next turn of the event loop, when the broker looks at what was sent behind it.
   */
  publish(connection: Connection, incoming: Incoming): Promise<PublishVerdict>
  /** Whether a message may go out to this subscriber; absent: always. Not asked about `send`. On the hot path. */
  mayDeliver?(connection: Connection, topic: string, retained: boolean): boolean
  /** The client has acknowledged the message that was sent with this `track`. */
  acknowledged(connection: Connection, track: string): void
}

/** What the hub's decisions ask of the broker; whatever answers it and asks the hooks can stand in its place. */
export interface BrokerPort {
  /**
   * Sends to one connection, subscribed or not; false if it is no longer there. `track` comes back in `acknowledged`.
   */
  send(connection: ConnectionId, message: Outgoing, track?: string): boolean
  /** Sends to every subscriber of this dialect at once; resolves when what waits for offline sessions is stored. */
  publish(dialect: DialectName, message: Message): Promise<void>
  /**
   * Makes subscriptions for a client, without asking or telling anybody. Resolves once they are stored, if its session
   * is.
   */
  subscribe(connection: ConnectionId, filters: Granted[]): Promise<void>
  /**
   * Takes back what waits in a stored session on matching topics; without a filter, the whole session. Resolves once
   * that is stored.
   */
  withdraw(dialect: DialectName, session: string, filter?: string): Promise<void>
  /** `withdraw` from every stored session of this device. */
  withdrawFrom(device: DeviceKey, filter?: string): Promise<void>
  /** Ends a connection, after what has been sent to it; false if there was none. The note is for people. */
  disconnect(connection: ConnectionId, reason: DisconnectReason, note: string): boolean
  /** Goes on once the connection has taken what was sent to it, or is gone. */
  whenCaughtUp(connection: ConnectionId, then: () => void): void
  /** The connection has become a device's. */
  identified(connection: ConnectionId): void
  /** A live connection. */
  connection(id: ConnectionId): Connection | undefined
  bySession(dialect: DialectName, session: string): Connection | undefined
  /** What later subscribers to that very topic are shown. */
  retainedOn(dialect: DialectName, topic: string): RetainedMessage | undefined
  /** All that is retained for this dialect's clients. */
  retained(dialect: DialectName): Iterable<RetainedMessage>
  /** The instant from which `expireSessions` has something to do. It only comes earlier when a message is stored. */
  nextExpiry(): Instant | undefined
  /** Wipes stored sessions and messages that have had their time; resolves once that is stored. */
  expireSessions(now: Instant): Promise<void>
}

/** A session belongs to one dialect; two dialects may use the same name for different ones. */
export interface SessionName {
  dialect: DialectName
  session: string
}

export interface Granted {
  filter: string
  qos: Qos
}

/** What is sent to one connection; `as-subscribed` means the QoS of its best matching filter, else 0. */
export interface Outgoing {
  topic: string
  payload: string | Uint8Array
  qos: Qos | 'as-subscribed'
  retain?: boolean
}

/** Something that people should know and no protocol can tell them. */
interface Notice {
  text: Words
  connection?: ConnectionId
  remoteAddress?: string
  /** Why TLS came to nothing. */
  handshake?: Words
  /** A hook's own decision, as it is carried out: who made it may have told already. */
  decided?: true
}

/**
 * Sees every packet of every connection; `drop` makes it never have been. What is held back now can be sent again
 * later.
 */
export interface Tap {
  /** Just parsed, nothing done yet. The packet is the broker's: look, don't change, don't keep. */
  in?(connection: ConnectionId, packet: Packet): 'pass' | 'drop'
  /** About to be written. */
  out?(connection: ConnectionId, packet: Packet): 'pass' | 'drop'
}

/** How long a dialect's stored sessions and their messages are kept, and what keep-alives count as; milliseconds. */
export interface SessionLimits {
  sessionMs: number
  messageMs?: number
  keepAliveMs?: { least: number; most: number }
}

export interface BrokerOptions {
  hooks: BrokerHooks
  /** Where sessions, their subscriptions and messages, and retained messages are kept. */
  tables: Tables
  /** Resolves once every change so far is stored. */
  commit(): Promise<void>
  /** The hub's clock: the age of sessions and messages. */
  now(): Instant
  ids: Ids
  limits(dialect: DialectName): SessionLimits
  onNotice(notice: Notice): void
  /** Needed for `listen('mqtts', …)`. */
  tls?: TlsFiles
  /** Shared with whoever else serves clients on this event loop. */
  budget?: LoopBudget
  /** Gets the sockets of the TLS listeners on which HTTP is spoken, nothing read from them. Absent: they are closed. */
  onHttpSocket?(socket: Socket): void
  /** Paths on which MQTT is spoken over WebSocket; default `/mqtt`. */
  webSocketPaths?: readonly string[]
  /** The largest packet taken from a client, in bytes; default 512 KB. */
  packetBytes?: number
  /** How much may wait for a client that does not read, in bytes, before it is disconnected; default 8 MB. */
  bufferBytes?: number
  /** How much may wait for clients that keep their sessions; default `WAITING_LIMITS`. */
  waiting?: WaitingLimits
  /** How many messages may be retained; default `RETAINED_LIMITS`. */
  retained?: RetainedLimits
  /** How long a client may read nothing while something waits for it; default 60,000 ms of real time. */
  stallMs?: number
  /**
   * How long a client may take to say CONNECT, and before that as long again for its TLS handshake; default 30,000 ms
   * of real time.
   */
  connectMs?: number
}

/** What is known of a byte stream before its first packet. */
export interface StreamDetails {
  transport: ConnectRequest['transport']
  remoteAddress: string
  local: boolean
  certificate?: NonNullable<ConnectRequest['certificate']>
  alpn?: string
  servername?: string
  upgrade?: NonNullable<ConnectRequest['upgrade']>
}

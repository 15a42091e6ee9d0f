import type { DomainEvent } from '../core/events.ts'
import type { SocketId } from '../core/seam/effects.ts'
import type { Credential, Sight } from './credential.ts'
import type { Context } from './dialect.ts'
import type { Label } from '../core/said.ts'

/**
 * A protocol besides MQTT and HTTP. The sockets are the hub's; what their bytes mean is the dialect's. What a session
 * has to say it asks for by the action `write`, in whatever turn it comes up: like every action it is performed after
 * the commit, so an answer never runs ahead of what it confirms.
 */
export interface ProtocolFront {
  /** Its name for people: `AMQP 1.0`. */
  name: string
  /** The port, TLS, that its clients cannot be talked out of: opened with `--aliases`. */
  port: number
  /** Which client insists on it. */
  because: Label
  /** The path and sub-protocol by which it is also spoken over WebSocket, on the HTTP listeners. */
  webSocket?: { path: string; protocol: string }
  /** A client has connected. */
  open(ctx: Context, socket: ProtocolSocket): ProtocolSession
}

export interface ProtocolSocket {
  id: SocketId
  /** Over TLS. */
  secure: boolean
  /** Its other end is a loopback address. */
  local: boolean
  remoteAddress: string
}

/** The protocol's state for one socket. What throws ends the socket, and people are told. */
export interface ProtocolSession {
  /**
   * What the client has shown so far. As long as that is not `given`, the session of a client from elsewhere than this
   * machine can only answer on its own socket: what would change anything throws, and it hears of no event.
   */
  credential(ctx: Sight): Credential
  /** Bytes as they came in: a frame may be cut anywhere. */
  receive(ctx: Context, bytes: Buffer): void
  /** A domain event of its dialect, or one of the dialect's own (`ctx.emit`), in the turn in which it arises. */
  onEvent?(ctx: Context, event: DomainEvent): void
  /** An interval of real time that it asked for by the action `heartbeat` is over. */
  onHeartbeat?(ctx: Context): void
  /** The socket is gone, whoever closed it. */
  closed(ctx: Context): void
}

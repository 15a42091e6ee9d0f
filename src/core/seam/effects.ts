import type { Instant } from '../clock.ts'
import type { DeviceKey, DialectName } from '../ids.ts'
import type { Cause } from '../turn.ts'
import type { HttpResponse } from './http.ts'
import type { ConnectionId, DisconnectReason, Message, Qos } from './mqtt.ts'

/** Names a socket on which a protocol besides MQTT and HTTP is spoken, for its lifetime. */
export type SocketId = string

/** The shortest interval of heartbeats that a client can have of the hub; milliseconds. */
export const HEARTBEAT_MS = 100

/** All that a decision can ask of the world. Performed in order, after the commit of the turn that caused them. */
export type Action =
  /** To one connection, whether subscribed or not; `as-subscribed` uses the QoS of its best matching filter, else 0. */
  | {
      type: 'send'
      connection: ConnectionId
      message: Omit<Message, 'qos'> & { qos: Qos | 'as-subscribed' }
      /** With QoS 1: `onAcknowledged` is called with this once the client has acknowledged it. */
      track?: string
    }
  /** To every subscriber, and into the queue of every stored session. */
  | { type: 'publish'; message: Message }
  /** A subscription the client did not ask for itself. */
  | { type: 'subscribe'; connection: ConnectionId; filters: { filter: string; qos: Qos }[] }
  /**
   * What waits in a stored session on topics that match the filter is taken back; what a live connection has been sent
   * stays sent. Without a filter all of it, and the session ends with it.
   */
  | { type: 'withdraw'; session: string; device?: undefined; filter?: string }
  /** Likewise from every stored session of the device, however many it has had. */
  | { type: 'withdraw'; device: DeviceKey; filter?: string }
  | { type: 'disconnect'; connection: ConnectionId; reason: DisconnectReason; note: string }
  /** The answer to an HTTP request whose route said `later`. */
  | { type: 'respond'; request: string; response: HttpResponse }
  /** To a socket of a protocol besides MQTT and HTTP; `end` closes it after what was written. */
  | { type: 'write'; socket: SocketId; bytes: Uint8Array }
  | { type: 'end'; socket: SocketId }
  /**
   * Calls `onHeartbeat` of the socket's session every so many milliseconds of real time, whatever the hub's clock does;
   * shorter than HEARTBEAT_MS counts as that. `undefined` calls it off; with the socket it ends by itself.
   */
  | { type: 'heartbeat'; socket: SocketId; everyMs: number | undefined }
  /** Calls the dialect's `onWake` with this key at that instant of domain time; `undefined` calls it off. */
  | { type: 'wake'; key: string; at: Instant | undefined }

/** An action, whose decision it was, and why: the inspector, breakpoints and replay hang on it. */
export type Effect = Action & { dialect: DialectName; cause: Cause }

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { createWebSocketStream, WebSocketServer } from 'ws'
import { destroyed } from '../broker/channel/listeners.ts'
import type { DomainEvent } from '../core/events.ts'
import type { DialectName, Ids } from '../core/ids.ts'
import { HEARTBEAT_MS, type SocketId } from '../core/seam/effects.ts'
import type { Input } from '../core/turn.ts'
import type { Context, Dialect } from '../dialect/dialect.ts'
import type { ProtocolFront, ProtocolSession, ProtocolSocket } from '../dialect/protocol.ts'
import { LISTEN_BACKLOG } from '../net/listen-backlog.ts'
import { isLoopback } from '../shared/loopback.ts'
import { refusalOf } from './access.ts'
import { UnprovenContext } from './unproven-context.ts'
import type { TurnContext } from './context.ts'
import { say, type Words } from '../core/said.ts'

const HANDSHAKE_MS = 30_000
/** A client that lets so many bytes lie is cut off. */
const UNREAD_BYTES = 16 * 1024 * 1024

interface Around {
  dialects: readonly Dialect[]
  ids: Ids
  tls: { key: string[]; cert: string[] }
  turn(dialect: DialectName, input: Input, decide: (ctx: TurnContext) => void): void
  note(text: Words, error?: unknown): void
}

interface Held {
  dialect: DialectName
  /** Absent while it is being opened. */
  session?: ProtocolSession
  stream: Duplex
  local: boolean
  /** Calls its session. */
  beat(): void
  beats?: NodeJS.Timeout
}

/** Whether the session may do more than answer on its own socket. */
const isAdmitted = ({ session, local }: Held, ctx: TurnContext): boolean =>
  local || (session !== undefined && refusalOf({ local }, () => session.credential(ctx)) === undefined)

/** The sockets of protocols that are neither MQTT nor HTTP. */
export class ProtocolGate {
  readonly #around: Around
  readonly #sockets = new Map<SocketId, Held>()
  readonly #streams = new Set<Duplex>()
  /** The TCP sockets under TLS, which may never finish their handshakes. */
  readonly #raw = new Set<Socket>()
  readonly #servers: Server[] = []
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: UNREAD_BYTES,
    handleProtocols: (_, request) => this.#asked(request)?.front.webSocket?.protocol ?? false,
  })

  constructor(around: Around) {
    this.#around = around
  }

  /** Listens for the protocol over TLS. Rejects as Node does if it cannot. */
  listen(dialect: DialectName, front: ProtocolFront, host: string): Promise<void> {
    const { tls } = this.#around
    const server = createServer({ key: tls.key, cert: tls.cert, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_MS })
    server.on('connection', (socket: Socket) => this.#raw.add(socket.once('close', () => this.#raw.delete(socket))))
    server.on('tlsClientError', (_, socket) => socket.destroy())
    server.on('secureConnection', (socket: TLSSocket) =>
      this.#attach(dialect, front, socket, { secure: true, ...peerOf(socket) }),
    )
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port: front.port, host, backlog: LISTEN_BACKLOG }, () => {
        server.off('error', reject)
        server.on('error', (error) =>
          this.#around.note(say`the listener for ${front.name} on port ${front.port} failed`, error),
        )
        this.#servers.push(server)
        resolve()
      })
    })
  }

  /** Whether the handshake asks for one of these protocols; a path may be MQTT's as well, the sub-protocol decides. */
  claims(request: IncomingMessage): boolean {
    return this.#asked(request) !== undefined
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, secure: boolean): void {
    const asked = this.#asked(request)
    if (asked === undefined) return void socket.destroy()
    const { dialect, front } = asked
    const about = { secure, ...peerOf(request.socket) }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) =>
      this.#attach(dialect, front, createWebSocketStream(webSocket), about),
    )
  }

  /** Every session of its dialect hears of the event, in the turn in which it arises. */
  hear(ctx: TurnContext, event: DomainEvent): void {
    for (const held of this.#sockets.values()) {
      if (held.dialect === ctx.dialect && held.session?.onEvent !== undefined && isAdmitted(held, ctx))
        held.session.onEvent(ctx, event)
    }
  }

  /** Bytes for a socket that is gone, or that its session has ended, are dropped. */
  write(id: SocketId, bytes: Uint8Array): void {
    const stream = this.#sockets.get(id)?.stream
    if (stream?.writable !== true) return
    stream.write(bytes)
    if (stream.writableLength > UNREAD_BYTES)
      stream.destroy(new Error(`it does not read: more than ${UNREAD_BYTES} bytes are waiting for it`))
  }

  /** Closes the socket after what has been written to it. */
  end(id: SocketId): void {
    const stream = this.#sockets.get(id)?.stream
    stream?.end(() => stream.destroy())
  }

  /** An interval of real time: it must come also while the hub's clock stands still. */
  heartbeat(id: SocketId, everyMs: number | undefined): void {
    const held = this.#sockets.get(id)
    if (held === undefined) return
    clearInterval(held.beats)
    if (everyMs === undefined) delete held.beats
    else held.beats = setInterval(() => held.beat(), Math.max(everyMs, HEARTBEAT_MS)).unref()
  }

  /** Stops listening and closes every socket. */
  async stop(): Promise<void> {
    for (const server of this.#servers.splice(0)) server.close()
    this.#webSockets.close()
    await Promise.all([...this.#streams].map(destroyed))
    await Promise.all([...this.#raw].map(destroyed))
  }

  #attach(dialect: DialectName, front: ProtocolFront, stream: Duplex, about: Omit<ProtocolSocket, 'id'>): void {
    const { ids, turn, note } = this.#around
    const id = ids.uuid()
    const who = say`${front.name} from ${about.remoteAddress}`
    const beat = (): void => decide((ctx) => held.session?.onHeartbeat?.(ctx), 'heartbeat')
    const held: Held = { dialect, stream, local: about.local, beat }
    const decide = (deed: (ctx: Context) => void, type: 'bytes' | 'heartbeat' = 'bytes'): void => {
      try {
        turn(dialect, { type, socket: id, protocol: front.name }, (ctx) =>
          deed(isAdmitted(held, ctx) ? ctx : new UnprovenContext(ctx, id, () => isAdmitted(held, ctx))),
        )
      } catch (error) {
        note(say`${who}: the connection was closed`, error)
        stream.destroy()
      }
    }
    this.#streams.add(stream)
    stream.on('error', (error) => note(say`${who} broke`, error))
    stream.once('close', () => {
      this.#streams.delete(stream)
      clearInterval(held.beats)
      const known = this.#sockets.delete(id)
      if (known) decide((ctx) => held.session?.closed(ctx))
    })
    decide((ctx) => {
      held.session = front.open(ctx, { id, ...about })
      this.#sockets.set(id, held)
    })
    stream.on('data', (bytes: Buffer) => decide((ctx) => this.#sockets.get(id)?.session?.receive(ctx, bytes)))
  }

  #asked(request: IncomingMessage): { dialect: DialectName; front: ProtocolFront } | undefined {
    const [path = ''] = (request.url ?? '/').split('?')
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
    for (const { name, protocols = [] } of this.#around.dialects) {
      const front = protocols.find(({ webSocket }) => webSocket?.path === path && offered.includes(webSocket.protocol))
      if (front !== undefined) return { dialect: name, front }
    }
    return undefined
  }
}

/** Where a client is, by its socket. */
const peerOf = ({ remoteAddress }: Socket): { remoteAddress: string; local: boolean } => ({
  remoteAddress: remoteAddress ?? '',
  local: isLoopback(remoteAddress),
})

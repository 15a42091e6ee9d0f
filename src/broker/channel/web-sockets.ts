import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, WebSocketServer, type WebSocket } from 'ws'
import { streamDetails } from './peer.ts'
import { answerAndClose } from '../../net/answer-and-close.ts'
import type { StreamDetails } from '../port.ts'

interface Around {
  paths: readonly string[]
  packetBytes: number
  attach(stream: Duplex, details: StreamDetails): void
}

/** The names of MQTT as a sub-protocol, the one we like best first [aws 1.4]. */
const SUB_PROTOCOLS = ['mqtt', 'mqttv3.1']
/** A frame may hold several packets. */
const PACKETS_PER_FRAME = 4
/** What the key of a handshake is hashed with [RFC 6455 1.3]. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** Any key of 16 bytes. */
const KEY = 'AAAAAAAAAAAAAAAAAAAAAA=='
const BASE64 = /^[+/\dA-Za-z]+={0,2}$/

/** MQTT over WebSocket, on requests that an HTTP server has received. */
export class WebSockets {
  readonly #around: Around
  readonly #server: WebSocketServer
  /** The keys of handshakes that are being answered, as their clients sent them. */
  readonly #keys = new WeakMap<IncomingMessage, string>()

  constructor(around: Around) {
    this.#around = around
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: around.packetBytes * PACKETS_PER_FRAME,
      handleProtocols: (offered) => pick(offered) ?? false,
    })
    this.#server.on('headers', (lines, req) => this.#accept(lines, req))
  }

  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, secure: boolean): void {
    const url = req.url ?? '/'
    const [path = ''] = url.split('?')
    const { paths } = this.#around
    if (!paths.includes(path))
      return answerAndClose(socket, '404 Not Found', `MQTT over WebSocket is on ${paths.join(', ')}`)
    const offered = new Set((req.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim()))
    // A client of the kind breaks off when its sub-protocol is not confirmed, so let it know why.
    const names = SUB_PROTOCOLS.join(' or ')
    if (pick(offered) === undefined) return answerAndClose(socket, '400 Bad Request', `offer the sub-protocol ${names}`)
    const details = streamDetails(req.socket, secure ? 'wss' : 'ws')
    const headers = { ...req.headers }
    this.#takeAnyKey(req)
    this.#server.handleUpgrade(req, socket, head, (webSocket) => {
      this.#around.attach(streamOf(webSocket, socket), { ...details, upgrade: { url, headers } })
    })
  }

  close(): void {
    this.#server.close()
  }

  /** A key shall be of 16 bytes [RFC 6455 4.1]; that of the AWS IoT SDK v1 for Python has 128, and AWS takes it. */
  #takeAnyKey(req: IncomingMessage): void {
    const key = req.headers['sec-websocket-key']
    if (key === undefined || !BASE64.test(key)) return
    this.#keys.set(req, key)
    req.headers['sec-websocket-key'] = KEY
  }

  /** Names in lower case, as both clouds write them: the same SDK finds its answer in no other. */
  #accept(lines: string[], req: IncomingMessage): void {
    const key = this.#keys.get(req)
    if (key === undefined) return
    const hash = createHash('sha1')
      .update(key + GUID)
      .digest('base64')
    for (const [i, line] of lines.entries()) {
      if (line.startsWith('Sec-WebSocket-Accept:')) lines[i] = `sec-websocket-accept: ${hash}`
    }
  }
}

const pick = (offered: Set<string>): string | undefined => SUB_PROTOCOLS.find((name) => offered.has(name))

/** A write is a frame; those that wait for one another leave in one piece. */
function streamOf(webSocket: WebSocket, socket: Duplex): Duplex {
  const stream = createWebSocketStream(webSocket)
  stream._writev = (writes, done) => {
    socket.cork()
    const last = writes.length - 1
    for (const [i, { chunk }] of writes.entries()) webSocket.send(chunk as Buffer, i === last ? done : ignore)
    socket.uncork()
  }
  return stream
}

const ignore = (): void => {}

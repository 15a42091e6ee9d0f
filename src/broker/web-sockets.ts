import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, WebSocketServer } from 'ws'
import { detailsOf } from './peer.ts'
import type { StreamDetails } from './port.ts'

interface Around {
  paths: readonly string[]
  packetBytes: number
  attach(stream: Duplex, details: StreamDetails): void
}

/** The names of MQTT as a sub-protocol, the one we like best first [aws 1.4]. */
const SUB_PROTOCOLS = ['mqtt', 'mqttv3.1']
/** A frame may hold several packets. */
const PACKETS_PER_FRAME = 4

/** MQTT over WebSocket, on requests that an HTTP server has received. */
export class WebSockets {
  readonly #around: Around
  readonly #server: WebSocketServer

  constructor(around: Around) {
    this.#around = around
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: around.packetBytes * PACKETS_PER_FRAME,
      handleProtocols: (offered) => pick(offered) ?? false,
    })
  }

  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, secure: boolean): void {
    const url = req.url ?? '/'
    const [path = ''] = url.split('?')
    if (!this.#around.paths.includes(path)) return refuse(socket, '404 Not Found', `MQTT over WebSocket is on ${this.#around.paths.join(', ')}`)
    const offered = new Set((req.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim()))
    // A client of the kind breaks off when its sub-protocol is not confirmed, so let it know why.
    if (pick(offered) === undefined) return refuse(socket, '400 Bad Request', `offer the sub-protocol ${SUB_PROTOCOLS.join(' or ')}`)
    const details = detailsOf(req.socket, secure ? 'wss' : 'ws')
    this.#server.handleUpgrade(req, socket, head, (webSocket) => {
      const stream = createWebSocketStream(webSocket)
      this.#around.attach(stream, { ...details, upgrade: { url, headers: { ...req.headers } } })
    })
  }

  close(): void {
    this.#server.close()
  }
}

const pick = (offered: Set<string>): string | undefined => SUB_PROTOCOLS.find((name) => offered.has(name))

function refuse(socket: Duplex, status: string, text: string): void {
  socket.on('error', () => {})
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
}

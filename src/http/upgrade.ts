import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'

/** Whether the client really wants another protocol that is spoken here. */
export const isWebSocketUpgrade = (req: IncomingMessage): boolean => req.headers.upgrade?.trim().toLowerCase() === 'websocket'

/**
 * Puts an upgrade request back in front of what follows it on the socket, without the wish to upgrade. Some HTTP clients
 * (Java's, for one) offer `h2c` with every request; a server may ignore that [RFC 9110 7.8], but Node has then
 * already stopped parsing the connection.
 */
export function declineUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${req.method} ${req.url} HTTP/${req.httpVersion}`]
  for (let i = 0; i + 1 < req.rawHeaders.length; i += 2) {
    const name = req.rawHeaders[i] ?? ''
    if (!['upgrade', 'http2-settings', 'connection'].includes(name.toLowerCase())) lines.push(`${name}: ${req.rawHeaders[i + 1]}`)
  }
  if (/\bclose\b/i.test(req.headers.connection ?? '')) lines.push('Connection: close')
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
}

/** Answers a WebSocket handshake with 403 and hangs up. */
export function declineHandshake(socket: Duplex, text: string): void {
  socket.end(`HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
}

/**
 * Lets a server parse a socket from which something has been read and unshifted. Node's parser reads past the stream,
 * straight from the handle, and would see what is still to come before what was unshifted; a listener for `data` keeps
 * it from that.
 */
export function parseAgain(server: Server, event: 'connection' | 'secureConnection', socket: Duplex): void {
  server.emit(event, socket)
  socket.on('data', () => {})
  socket.resume()
}

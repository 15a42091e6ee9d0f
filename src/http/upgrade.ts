import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'

/**
 * Whether the client really wants another protocol that is spoken here, and asks as [RFC 6455 4.1] says. With a body,
 * or in HTTP/1.0 [RFC 9110 7.8], it is an ordinary request.
 */
export function isWebSocketUpgrade({ method, headers, httpVersionMinor }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0
  return headers.upgrade?.trim().toLowerCase() === 'websocket' && method === 'GET' && httpVersionMinor > 0 && !hasBody
}

/**
 * Puts an upgrade request back in front of what follows it on the socket, without the wish to upgrade. Some HTTP
 * clients (Java's, for one) offer `h2c` with every request; a server may ignore that [RFC 9110 7.8], but Node has then
 * already stopped parsing the connection.
 */
export function declineUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${req.method} ${req.url} HTTP/${req.httpVersion}`]
  for (let i = 0; i + 1 < req.rawHeaders.length; i += 2) {
    const name = req.rawHeaders[i] ?? ''
    if (!['upgrade', 'http2-settings', 'connection'].includes(name.toLowerCase()))
      lines.push(`${name}: ${req.rawHeaders[i + 1]}`)
  }
  if (/\bclose\b/i.test(req.headers.connection ?? '')) lines.push('Connection: close')
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]))
}

/**
 * Lets a server parse a socket from which something has been read and unshifted. Node's parser reads past the stream,
 * straight from the handle, and would see what is still to come before what was unshifted; a listener for `data` keeps
 * it from that. Only for a socket on which no answer is due.
 */
export function parseAgain(server: Server, event: 'connection' | 'secureConnection', socket: Duplex): void {
  // What a parser before this one has left behind.
  socket.removeAllListeners('resume').removeAllListeners('pause').off('data', readByStream)
  server.emit(event, socket)
  socket.on('data', readByStream)
  socket.resume()
}

const readByStream = (): void => {}

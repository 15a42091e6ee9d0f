import type { Duplex } from 'node:stream'

/** How long a client that has its answer may take to close its side, in real time. */
const LINGER_MS = 2_000

/** Answers an HTTP request on a socket that Node no longer parses, and hangs up. */
export function answerAndClose(socket: Duplex, status: string, text: string): void {
  const length = Buffer.byteLength(text)
  const head = `Connection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${length}`
  // Until it is closed, a reset must not be an uncaught error.
  socket.on('error', () => {})
  socket.end(`HTTP/1.1 ${status}\r\n${head}\r\n\r\n${text}`)
  // What the client still says is thrown away: unread, it would keep the socket open for ever.
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
}

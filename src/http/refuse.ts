import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { afterAll, type HttpExchange } from './http-connections.ts'
import { jsonError } from './json.ts'
import { announcesTooMuch } from './request.ts'

/** How long a client may go on sending a body that nobody wants, in real time. */
const LINGER_MS = 2_000

/**
 * Throws away, for a while, what is left of a body that nobody wants. Its connection is then fit for an answer, and to
 * be closed.
 */
export function throwAway(req: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS)
    const over = (): void => {
      clearTimeout(timer)
      resolve()
    }
    req.once('end', over).once('close', over).resume()
  })
}

/**
 * Answers 413. Closing while the client still sends would reset the connection and destroy the answer on its way, so
 * the rest of the body is thrown away for a while first.
 */
export function refuseBody(req: IncomingMessage, res: ServerResponse, limit: number): void {
  const { status, headers, body } = jsonError(413, 'TOO_LARGE', `The request body must be at most ${limit} bytes`)
  const bytes = Buffer.from(String(body))
  res.writeHead(status, { ...headers, 'Content-Length': bytes.length, Connection: 'close' })
  res.write(bytes)
  const end = (): void => void res.end()
  const timer = setTimeout(end, LINGER_MS)
  res.once('close', () => clearTimeout(timer))
  req.once('end', end)
  req.once('error', end)
  req.resume()
  // Never told to continue, it has sent nothing.
  if (req.headers.expect !== undefined && announcesTooMuch(req, limit)) end()
}

const STATUS_BY_CODE: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

const refused = new WeakSet<Duplex>()

/**
 * Answers what is not HTTP in its turn, after what came before it, and hangs up. A parser that has failed may say so
 * again and again.
 */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex, exchanges: HttpExchange[]): void {
  const status =
    STATUS_BY_CODE[error.code ?? ''] ?? (error.code?.startsWith('HPE_') === true ? '400 Bad Request' : undefined)
  if (status === undefined) return void socket.destroy()
  // It is closing already, after an answer that may still be on its way.
  if (refused.has(socket) || !socket.writable) return
  refused.add(socket)
  // The mistake may be in the body of a request that has begun.
  const before = exchanges.filter(({ req, res }) => req.complete || res.headersSent)
  const refuse = (): void => {
    if (!socket.writable) return
    if (exchanges.some(({ res }) => res.headersSent && !res.writableFinished)) socket.destroy()
    else socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy())
  }
  afterAll(before, refuse)
}

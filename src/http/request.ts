import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { HttpRequest } from '../core/seam/http.ts'
import type { PeerCertificate } from '../core/seam/mqtt.ts'
import { isLoopback } from '../shared/loopback.ts'
import { peerCertificate } from '../net/peer-certificate.ts'

const NO_BODY = Buffer.alloc(0)

/** Asked once per connection: reading a certificate costs more than a request. */
const certificates = new WeakMap<TLSSocket, PeerCertificate | undefined>()

/** The request as decisions see it, its path exactly as sent, before its body is read. */
export function toHttpRequest(id: string, req: IncomingMessage): HttpRequest {
  const { path, query } = splitTarget(req.url ?? '/')
  const remoteAddress = req.socket.remoteAddress ?? ''
  const certificate = certificateOf(req)
  return {
    id,
    method: req.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: flatHeaders(req),
    body: NO_BODY,
    secure: req.socket instanceof TLSSocket,
    local: isLoopback(remoteAddress),
    remoteAddress,
    ...(certificate !== undefined && { certificate }),
  }
}

/** A client that takes the hub for a proxy sends a whole URL [RFC 9112 3.2.2]. */
function splitTarget(url: string): { path: string; query: string } {
  const target = url.replace(/^https?:\/\/[^/?]*/i, '')
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  return { path: path === '' ? '/' : path, query: mark < 0 ? '' : target.slice(mark + 1) }
}

const flatHeaders = (req: IncomingMessage): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(req.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )

function certificateOf(req: IncomingMessage): PeerCertificate | undefined {
  const { socket } = req
  if (!(socket instanceof TLSSocket)) return undefined
  if (!certificates.has(socket)) certificates.set(socket, peerCertificate(socket))
  return certificates.get(socket)
}

/** Whether the client has announced more than `limit` bytes. */
export const announcesTooMuch = (req: IncomingMessage, limit: number): boolean =>
  Number(req.headers['content-length'] ?? 0) > limit

/** Reads the body. What comes after the limit is left unread; `gone`: the client did not finish it. */
export function receiveBody(req: IncomingMessage, limit: number): Promise<Buffer | 'too-large' | 'gone'> {
  if (announcesTooMuch(req, limit)) return Promise.resolve('too-large')
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const settle = (outcome: Buffer | 'too-large' | 'gone'): void => {
      req.off('data', onData)
      resolve(outcome)
    }
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      if (size > limit) return settle('too-large')
      chunks.push(chunk)
    }
    req.on('data', onData)
    req.once('end', () => settle(Buffer.concat(chunks)))
    req.once('close', () => settle('gone'))
    req.once('error', () => settle('gone'))
  })
}

/** The body as it comes. Told to continue when somebody begins to read, an abandoned body can still be thrown away. */
export async function* bodyOf(req: IncomingMessage, begin: () => void): AsyncGenerator<Buffer, void> {
  begin()
  yield* req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
}

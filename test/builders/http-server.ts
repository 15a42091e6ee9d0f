import { request as requestHttp, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { connect } from 'node:net'
import type { HttpRequest, HttpResponse } from '../../src/core/seam/http.ts'
import { ObjectStore } from '../../src/http/objects.ts'
import { HttpServer, type HttpServerOptions } from '../../src/http/server.ts'
import { tlsCredentials } from './tls-credentials.ts'
import { textOf } from '../../src/core/said.ts'

export interface TestServer {
  server: HttpServer
  port: number
  /** What reached the hooks, oldest first. */
  requests: HttpRequest[]
  notices: string[]
}

/** A server on a free loopback port whose hooks are `handle`. Stop it. */
export async function startServer(
  handle: (request: HttpRequest, gone: AbortSignal) => HttpResponse | Promise<HttpResponse>,
  more: Partial<HttpServerOptions> = {},
): Promise<TestServer> {
  const requests: HttpRequest[] = []
  const notices: string[] = []
  const server = HttpServer.create({
    hooks: {
      handle: async (request, gone) => {
        requests.push(request)
        return handle(request, gone)
      },
    },
    stranger: () => undefined,
    tls: tlsCredentials,
    onUpgrade: (_req, socket) => void socket.destroy(),
    onNotice: (text) => void notices.push(textOf(text)),
    onHandshakeFailed: (remoteAddress) => void notices.push(`TLS handshake with ${remoteAddress} failed`),
    objects: new ObjectStore(undefined),
    ...more,
  })
  return { server, port: await server.listenHttp(0, '127.0.0.1'), requests, notices }
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  rawHeaders: string[]
  body: string
}

export interface Asking extends RequestOptions {
  body?: string | Buffer
  secure?: { ca: string; key?: string; cert?: string }
}

/** One request to 127.0.0.1 on a connection of its own; rejects if the answer is cut off. */
export function ask(port: number, { body, secure, ...options }: Asking = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { host: '127.0.0.1', port, agent: false, ...options }
    const req = secure === undefined ? requestHttp(all) : requestHttps({ ...all, ...secure })
    req.on('error', reject)
    req.on('response', (res) => {
      const chunks: Buffer[] = []
      res.on('data', (chunk: Buffer) => chunks.push(chunk))
      res.on('error', reject)
      res.on('end', () =>
        resolve({
          status: res.statusCode ?? 0,
          headers: res.headers,
          rawHeaders: res.rawHeaders,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    req.end(body)
  })
}

/** Sends bytes as they are and collects all that comes back until the server hangs up. */
export function sendRaw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'))
    socket.on('data', (chunk) => (received += chunk.toString('latin1')))
    socket.on('error', reject)
    socket.on('close', () => resolve(received))
  })
}

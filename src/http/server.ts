import { createServer as createHttpServer } from 'node:http'
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { HttpRequest, HttpResponse } from '../core/seam/http.ts'
import { LISTEN_BACKLOG } from '../net/listen-backlog.ts'
import type { TurnBudget } from '../net/loop-budget.ts'
import { paceEnd } from '../net/paced-ends.ts'
import { paceHandshakes } from '../net/paced-handshakes.ts'
import { HttpConnections, type HttpExchange } from './http-connections.ts'
import { jsonError } from './json.ts'
import { messagesFor, overtakes } from './messages.ts'
import type { ObjectStore } from './objects.ts'
import type { Knock, PageFault } from './origin.ts'
import { refuseBody, refuseMalformed, throwAway } from './refuse.ts'
import { announcesTooMuch, bodyOf, receiveBody, toHttpRequest } from './request.ts'
import { send } from './send.ts'
import { sendStream, type HttpStream } from './stream.ts'
import { answerAndClose } from '../net/answer-and-close.ts'
import { declineUpgrade, isWebSocketUpgrade, parseAgain } from './upgrade.ts'
import { asSaid, say, type Words } from '../core/said.ts'

const MAX_BODY_BYTES = 8 * 1024 * 1024
/** Longer than the pools of common clients keep a connection, so that they do not write into a closing one. */
const KEEP_ALIVE_MS = 65_000
const STOP_GRACE_MS = 2_000
const HEADERS_MS = 60_000
/** How long a client may say nothing before its TLS handshake. */
const HANDSHAKE_MS = 120_000
/** Files may come over slow lines. Node's own five minutes are not enough for them. */
const REQUEST_MS = 60 * 60_000
/** How often Node looks for requests that take too long, at most. */
const LOOK_EVERY_MS = 30_000
const NO_PROXY = 'the hub is no proxy'
const TOO_EARLY = 'a WebSocket handshake must wait for the answers to the requests before it'
/** AWS names its HTTP over TLS in ALPN too [aws 1.1]. */
const ALPN = ['x-amzn-http-ca', 'http/1.1']

/** What decides about requests. `gone` is aborted if the client does not wait for the answer. */
interface HttpHooks {
  handle(request: HttpRequest, gone: AbortSignal, body?: AsyncIterable<Uint8Array>): Promise<HttpResponse | HttpStream>
  /** Whether the body of this request, of any size, is not to be read but given to `handle` as it comes. */
  streams?(head: HttpRequest): boolean
}

export interface HttpServerOptions {
  hooks: HttpHooks
  /** Why this caller may not come in, whatever it asks for. Asked for every request, and for every upgrade. */
  stranger(knock: Knock): PageFault | undefined
  /** PEM; `ca` is what client certificates are judged by. Needed for `listenHttps` only. */
  tls?: { key: string | string[]; cert: string | string[]; ca: string }
  /** A WebSocket handshake. The socket is the callee's from now on. */
  onUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer, secure: boolean): void
  /** Absent: every request is served as soon as it is read. */
  pace?: TurnBudget
  /** What people should know: failures of the hub, handshakes that failed. */
  onNotice(text: Words, error?: unknown): void
  /** A client and this server could not agree on TLS. */
  onHandshakeFailed(remoteAddress: string, error: Error): void
  objects: ObjectStore
  /** Default 8 MB; larger requests get 413. */
  maxBodyBytes?: number
  /** How long a client may take to send the head of a request; default 60,000 ms of real time. Slower ones get 408. */
  headersMs?: number
  /** And all of it; default 3,600,000 ms. */
  requestMs?: number
}

/** HTTP/1.1 on any number of listeners, with or without TLS, all served by the same hooks. */
export class HttpServer {
  readonly #options: HttpServerOptions
  readonly #connections = new HttpConnections()
  /** Connections that are no newcomers. */
  readonly #served = new WeakSet<Socket>()
  readonly #listeners = new Set<Server>()
  /**
   * Parses what other listeners have accepted. It listens itself, since Node ends requests that take too long only for
   * servers that do.
   */
  #adopting: Server | undefined
  #lastRequest = 0
  #stopping = false

  static create(options: HttpServerOptions): HttpServer {
    return new HttpServer(options)
  }

  private constructor(options: HttpServerOptions) {
    this.#options = options
  }

  /** The actual port. A port that is taken rejects with Node's EADDRINUSE error, which names it. */
  async listenHttp(port: number, host: string): Promise<number> {
    const server = createHttpServer(this.#settings())
    server.on('connection', (socket: Socket) => this.#add(socket))
    const actual = await this.#listen(this.#prepare(server), port, host)
    this.#adopting ??= server
    return actual
  }

  /** Client certificates are asked for but not judged here. */
  listenHttps(port: number, host: string): Promise<number> {
    const { tls } = this.#options
    if (tls === undefined) return Promise.reject(new Error('HTTPS needs a server certificate'))
    const asked = { requestCert: true, rejectUnauthorized: false, ALPNProtocols: ALPN }
    const server = createHttpsServer({ ...tls, ...asked, ...this.#settings() })
    const { pace } = this.#options
    if (pace !== undefined) paceHandshakes(server, pace, HANDSHAKE_MS)
    server.on('connection', (socket: Socket) => this.#connections.addRaw(socket))
    server.on('secureConnection', (socket) => this.#add(socket))
    server.on('tlsClientError', (error, socket) => this.#noticeHandshake(error, socket))
    return this.#listen(this.#prepare(server), port, host)
  }

  /**
   * Takes over a socket on which another listener has seen HTTP; what that has read must be unshifted. Before
   * `listenHttp` it is closed.
   */
  accept(socket: Socket): void {
    if (this.#stopping || this.#adopting === undefined) socket.destroy()
    else parseAgain(this.#adopting, 'connection', socket)
  }

  /**
   * Stops listening, gives running requests a moment to be answered, then closes every connection, upgraded ones too.
   */
  async stop(): Promise<void> {
    this.#stopping = true
    const closed = [...this.#listeners].map((server) => new Promise((resolve) => server.close(resolve)))
    this.#listeners.clear()
    await this.#connections.close(STOP_GRACE_MS)
    await Promise.all(closed)
  }

  #add(socket: Socket): void {
    const { pace } = this.#options
    if (this.#connections.add(socket) && pace !== undefined) paceEnd(socket, pace)
  }

  #laneOf(socket: Socket): 'door' | 'in' {
    if (this.#served.has(socket)) return 'in'
    this.#served.add(socket)
    return 'door'
  }

  #settings(): ServerOptions {
    const { headersMs = HEADERS_MS, requestMs = REQUEST_MS } = this.#options
    return {
      ...messagesFor(this.#connections),
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(headersMs, LOOK_EVERY_MS),
    }
  }

  #prepare(server: Server): Server {
    server.keepAliveTimeout = KEEP_ALIVE_MS
    server.on('connection', () => this.#options.pace?.cameIn())
    // Their size is bounded; those left out could not be put back.
    server.maxHeadersCount = 0
    server.on('request', (_req, res) => void this.#serve(res))
    server.on('checkContinue', (_req: IncomingMessage, res: ServerResponse) => void this.#serve(res, true))
    server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(server, req, socket, head),
    )
    server.on('connect', (_req, socket: Duplex) => answerAndClose(socket, '405 Method Not Allowed', NO_PROXY))
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) =>
      refuseMalformed(error, socket, this.#connections.of(socket)),
    )
    return server
  }

  #listen(server: Server, port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port, host, backlog: LISTEN_BACKLOG }, () => {
        server.off('error', reject)
        server.on('error', (error) => this.#options.onNotice('An HTTP listener failed', error))
        this.#listeners.add(server)
        resolve((server.address() as AddressInfo).port)
      })
    })
  }

  /** `asks`: the client waits to be told to continue before it sends the body. */
  async #serve(res: ServerResponse, asks = false): Promise<void> {
    const exchange = this.#connections.due(res)
    if (exchange === undefined) return
    const { req } = exchange
    // What follows the wish for another protocol need not be HTTP, and Node throws it away.
    if (overtakes(req)) res.shouldKeepAlive = false
    try {
      const request = toHttpRequest(`http-${(this.#lastRequest += 1)}`, req)
      if (this.#options.hooks.streams?.(request) === true) return await this.#serveUpload(exchange, request, asks)
      if (asks && !announcesTooMuch(req, this.#maxBodyBytes)) this.#connections.askForBody(exchange)
      const body = await receiveBody(req, this.#maxBodyBytes)
      if (body === 'gone') return
      if (body === 'too-large') return refuseBody(req, res, this.#maxBodyBytes)
      request.body = body
      await this.#options.pace?.turn(this.#laneOf(req.socket))
      await this.#answer(
        exchange,
        request,
        this.#refusal(req) ?? (await this.#options.hooks.handle(request, exchange.gone)),
      )
    } catch (error) {
      await this.#fail(exchange, error).catch(() => res.destroy())
    }
  }

  async #serveUpload(exchange: HttpExchange, request: HttpRequest, asks: boolean): Promise<void> {
    const { req, res, gone } = exchange
    let sending = !asks
    const body = bodyOf(req, () => {
      if (asks) this.#connections.askForBody(exchange)
      sending = true
    })
    const response = this.#refusal(req) ?? (await this.#options.hooks.handle(request, gone, body))
    if (!req.complete && !gone.aborted) {
      res.shouldKeepAlive = false
      if (sending) await throwAway(req)
    }
    await this.#answer(exchange, request, response)
  }

  #answer(
    { res, gone }: HttpExchange,
    request: HttpRequest,
    response: HttpResponse | HttpStream,
  ): Promise<void> | undefined {
    if (this.#stopping) res.shouldKeepAlive = false
    if ('stream' in response) return sendStream(res, response)
    return gone.aborted ? undefined : send(res, request, response, this.#options.objects)
  }

  #refusal(req: IncomingMessage): HttpResponse | undefined {
    const stranger = this.#strangerIn(req)
    if (stranger !== undefined) return jsonError(403, 'FORBIDDEN', stranger)
    if (!overtakes(req)) return undefined
    if (req.method === 'CONNECT') return jsonError(405, 'METHOD_NOT_ALLOWED', NO_PROXY)
    return isWebSocketUpgrade(req) ? jsonError(400, 'INVALID', TOO_EARLY) : undefined
  }

  /** Tells people why, and the client only that. A client that went away while it was sent something is no failure. */
  async #fail({ req, res, gone }: HttpExchange, error: unknown): Promise<void> {
    if (gone.aborted && error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE') return
    this.#options.onNotice(say`${req.method ?? ''} ${req.url ?? ''} failed`, error)
    if (res.headersSent) res.destroy()
    else
      await send(
        res,
        { method: req.method ?? 'GET', headers: {} },
        jsonError(500, 'INTERNAL', 'The hub failed; its log says why'),
        this.#options.objects,
      )
  }

  #upgrade(server: Server, req: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (!isWebSocketUpgrade(req)) {
      declineUpgrade(req, socket, head)
      parseAgain(server, server instanceof HttpsServer ? 'secureConnection' : 'connection', socket)
      return
    }
    // Until the new owner listens for errors, a reset must not be an uncaught one.
    socket.on('error', () => {})
    const stranger = this.#strangerIn(req)
    if (stranger !== undefined) return answerAndClose(socket, '403 Forbidden', stranger)
    this.#options.onUpgrade(req, socket, head, socket instanceof TLSSocket)
  }

  /** Why this caller may not come in, if it is one that may not. */
  #strangerIn({ method = 'GET', headers }: IncomingMessage): string | undefined {
    const fault = this.#options.stranger({ method, headers })
    if (fault === undefined) return undefined
    const why = asSaid(fault.text)
    this.#options.onNotice(fault.page ? say`a web page was refused: ${why}` : say`a request was refused: ${why}`)
    return why.text
  }

  #noticeHandshake(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    // Mere disconnects are port scans and health checks.
    if (error.code?.startsWith('ERR_SSL') === true)
      this.#options.onHandshakeFailed(socket.remoteAddress ?? 'a client', error)
  }

  get #maxBodyBytes(): number {
    return this.#options.maxBodyBytes ?? MAX_BODY_BYTES
  }
}

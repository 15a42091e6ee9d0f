import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** One request and its answer. */
export interface HttpExchange {
  req: IncomingMessage
  res: ServerResponse
  /** Aborted when the client has gone before the answer was sent. */
  gone: AbortSignal
}

interface Running {
  exchange: HttpExchange
  abort: () => void
}

/**
 * Every open socket and what is going on it. Node keeps such a list only for servers that listen themselves, and not
 * for sockets that were upgraded or accepted from another listener.
 */
export class HttpConnections {
  readonly #sockets = new Map<Duplex, Map<ServerResponse, Running>>()
  readonly #raw = new Set<Duplex>()
  #onQuiet: (() => void) | undefined

  /** The TCP socket under a TLS one, which may never finish its handshake. */
  addRaw(socket: Duplex): void {
    this.#raw.add(socket)
    socket.once('close', () => this.#raw.delete(socket))
  }

  /** Whether it has not been known before. */
  add(socket: Duplex): boolean {
    if (this.#sockets.has(socket)) return false
    this.#sockets.set(socket, new Map())
    socket.once('close', () => {
      // A pipelined answer that never got its turn closes with the socket only.
      for (const { abort } of this.#sockets.get(socket)?.values() ?? []) abort()
      this.#sockets.delete(socket)
      this.#tellIfQuiet()
    })
    return true
  }

  begin(req: IncomingMessage, res: ServerResponse): void {
    const controller = new AbortController()
    const { socket } = req
    const exchange = { req, res, gone: controller.signal }
    this.#sockets.get(socket)?.set(res, { exchange, abort: () => controller.abort() })
    res.once('close', () => {
      if (!res.writableFinished) controller.abort()
      this.#sockets.get(socket)?.delete(res)
      this.#tellIfQuiet()
    })
  }

  /** The exchange of an answer; `undefined` if its turn never comes: one before it is the last on its connection. */
  due(res: ServerResponse): HttpExchange | undefined {
    for (const { exchange } of this.#sockets.get(res.req.socket)?.values() ?? []) {
      if (exchange.res === res) return exchange
      if (!exchange.res.shouldKeepAlive) return undefined
    }
    return undefined
  }

  /** The exchanges on a socket, oldest first. */
  of(socket: Duplex): HttpExchange[] {
    return [...(this.#sockets.get(socket)?.values() ?? [])].map(({ exchange }) => exchange)
  }

  /** Lets a client send the body, once its turn has come: interim answers must not overtake either. */
  askForBody({ req, res }: HttpExchange): void {
    const all = this.of(req.socket)
    afterAll(
      all.slice(
        0,
        all.findIndex((one) => one.res === res),
      ),
      () => {
        if (!req.complete && !res.headersSent) res.writeContinue()
      },
    )
  }

  /**
   * Closes every socket: at once where nothing is going on, else after its answer, but in `graceMs` of real time at the
   * latest.
   */
  async close(graceMs: number): Promise<void> {
    for (const [socket, exchanges] of this.#sockets) {
      if (exchanges.size === 0) socket.destroy()
      for (const { exchange } of exchanges.values()) exchange.res.shouldKeepAlive = false
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, graceMs)
      this.#onQuiet = () => {
        clearTimeout(timer)
        resolve()
      }
      this.#tellIfQuiet()
    })
    for (const socket of [...this.#sockets.keys(), ...this.#raw]) socket.destroy()
  }

  #tellIfQuiet(): void {
    if (this.#onQuiet === undefined) return
    for (const exchanges of this.#sockets.values()) if (exchanges.size > 0) return
    this.#onQuiet()
  }
}

/** Goes on once these have been answered; never if their connection breaks before. */
export function afterAll(exchanges: readonly HttpExchange[], then: () => void): void {
  let due = exchanges.length
  if (due === 0) return then()
  for (const { res } of exchanges) res.once('close', () => (due -= 1) === 0 && then())
}

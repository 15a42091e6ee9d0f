import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import type { Duplex } from 'node:stream'
import { HubError } from '../../core/errors.ts'
import { LISTEN_BACKLOG } from '../../net/listen-backlog.ts'
import { paceHandshakes } from '../../net/paced-handshakes.ts'
import { explainHandshake, explainTls } from '../../net/tls-errors.ts'
import type { LoopBudget } from '../../net/loop-budget.ts'
import { streamDetails, isSignedBy, parseAuthorities } from './peer.ts'
import type { BrokerOptions, StreamDetails } from '../port.ts'
import { portOwner } from '../../net/port-owner.ts'
import { pickProtocol, sniff, sniffPlain } from '../../net/sniff.ts'
import { asSaid, say, type Words } from '../../core/said.ts'

const HANDSHAKE_MS = 30_000

export interface Listener {
  host: string
  /** 0 = any free one. */
  port: number
  /** What people change to get another port: `--mqtt`. */
  setting: string
}

/** What is spoken on a port. */
export type ListenerKind = 'mqtt' | 'mqtts' | 'any'

interface Around {
  options: BrokerOptions
  budget: LoopBudget
  attach(stream: Duplex, details: StreamDetails): void
}

/**
 * The ports that MQTT is spoken on. A TLS port hands HTTP on, so that it can stand in for a cloud's 443; on a port of
 * kind `any` the first byte tells TLS, MQTT and HTTP apart.
 */
export class Listeners {
  readonly #around: Around
  readonly #servers: Server[] = []
  /**
   * Accepted, but not yet known to be MQTT or HTTP, by the peer's address and port: TLS wraps each in another object.
   */
  readonly #undecided = new Map<string, Socket>()
  #closed = false

  constructor(around: Around) {
    this.#around = around
  }

  async open(kind: ListenerKind, { host, port, setting }: Listener): Promise<number> {
    const server = kind === 'mqtt' ? this.#plain() : kind === 'mqtts' ? this.#tls() : this.#any()
    this.#servers.push(server)
    server.on('connection', () => this.#around.budget.cameIn())
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        this.#servers.splice(this.#servers.indexOf(server), 1)
        cannotListen(error, { host, port, setting }).then(reject, reject)
      })
      server.listen({ port, host, backlog: LISTEN_BACKLOG }, () => {
        server.removeAllListeners('error')
        server.on('error', (error) => {
          this.#around.options.onNotice({ text: say`the listener on port ${port} failed: ${error.message}` })
        })
        resolve((server.address() as AddressInfo).port)
      })
    })
  }

  /**
   * Stops listening and drops who has not said anything yet. Sockets that were handed on are no longer ours to wait
   * for.
   */
  async close(): Promise<void> {
    this.#closed = true
    for (const server of this.#servers.splice(0)) server.close()
    await Promise.all([...this.#undecided.values()].map(destroyed))
  }

  #plain(): Server {
    // The broker gathers its own writes.
    return createServer({ noDelay: true }, (socket) => this.#around.attach(socket, streamDetails(socket, 'tcp')))
  }

  /** The TLS server listens to nobody: it is given what turns out to be TLS. */
  #any(): Server {
    const tls = this.#tls()
    return createServer({ noDelay: true }, (socket) => {
      this.#decide(socket, sniffPlain, (protocol) => {
        if (protocol === 'tls') tls.emit('connection', socket)
        else this.#handOn(socket, protocol, 'tcp')
      })
      this.#hold(socket)
    })
  }

  #tls(): Server {
    const { tls } = this.#around.options
    if (tls === undefined) throw new Error('MQTT over TLS needs a server certificate')
    const authorities = parseAuthorities(tls.ca)
    const waitMs = this.#around.options.connectMs ?? HANDSHAKE_MS
    const server = createTlsServer({
      key: tls.key,
      cert: tls.cert,
      minVersion: 'TLSv1.2',
      requestCert: true,
      rejectUnauthorized: false,
      ALPNCallback: pickProtocol,
      handshakeTimeout: waitMs,
      noDelay: true,
    })
    paceHandshakes(server, this.#around.budget, waitMs)
    server.on('connection', (socket: Socket) => this.#hold(socket))
    server.on('tlsClientError', (error, socket) => {
      // Whom the hub itself drops as it stops has done nothing wrong.
      if (!this.#closed) this.#notice(explainHandshake(error), socket)
      // Node leaves it open when it was only too slow.
      socket.destroy()
    })
    server.on('secureConnection', (socket) => {
      socket.authorized = isSignedBy(socket, authorities)
      this.#greet(socket)
    })
    return server
  }

  /** MQTT or HTTP? */
  #greet(socket: TLSSocket): void {
    this.#decide(socket, sniff, (protocol) => this.#handOn(socket, protocol, 'tls'))
  }

  #handOn(socket: Socket, protocol: 'mqtt' | 'http', transport: 'tcp' | 'tls'): void {
    const { options, attach } = this.#around
    if (protocol === 'mqtt') attach(socket, streamDetails(socket, transport))
    else if (options.onHttpSocket !== undefined) options.onHttpSocket(socket)
    else socket.destroy()
  }

  /** Waits for the client to say something, for so long. */
  #decide<S extends Socket, P>(
    socket: S,
    look: (socket: S, found: (protocol: P) => void) => void,
    decided: (protocol: P) => void,
  ): void {
    const { options } = this.#around
    const failed = (error: Error): void =>
      this.#notice(explainTls(error) ?? say`the connection broke: ${error.message}`, socket)
    const waited = (): void => void socket.destroy()
    socket.on('error', failed)
    socket.setTimeout(options.connectMs ?? HANDSHAKE_MS, waited)
    const peer = peerOf(socket)
    look(socket, (protocol) => {
      this.#undecided.delete(peer)
      socket.setTimeout(0)
      socket.off('timeout', waited).off('error', failed)
      decided(protocol)
    })
  }

  /** A socket under TLS, which may never get as far as MQTT. */
  #hold(socket: Socket): void {
    if (this.#closed) return void socket.destroy()
    const peer = peerOf(socket)
    this.#undecided.set(peer, socket)
    socket.once('close', () => {
      if (this.#undecided.get(peer) === socket) this.#undecided.delete(peer)
    })
  }

  #notice(text: Words, socket: Socket): void {
    // A socket that is closed no longer says whose it was.
    const { remoteAddress } = socket
    this.#around.options.onNotice({
      text: say`${remoteAddress ?? asSaid('a client')} (tls): ${asSaid(text)}`,
      handshake: text,
      ...(remoteAddress !== undefined && { remoteAddress }),
    })
  }
}

/** Destroys the stream; resolves when it is closed. */
export function destroyed(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) resolve()
    else stream.once('close', resolve).destroy()
  })
}

const peerOf = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort}`

/** What stands in the way of listening, and what to change. */
export async function cannotListen(error: NodeJS.ErrnoException, { host, port, setting }: Listener): Promise<Error> {
  const data = { field: setting, port }
  const change = say`choose another port with ${setting}`
  switch (error.code) {
    case 'EADDRINUSE': {
      const owner = await portOwner(port)
      return new HubError(
        'CONFLICT',
        owner === undefined
          ? say`port ${port} on ${host} is taken: stop that, or ${change}`
          : say`port ${port} on ${host} is taken by ${owner}: stop that, or ${change}`,
        data,
      )
    }
    case 'EACCES':
      return new HubError(
        'FORBIDDEN',
        say`port ${port} on ${host} needs rights that the hub does not have: ${change}`,
        data,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new HubError(
        'INVALID',
        say`${host} is no address of this machine, so port ${port} cannot be opened there`,
        { ...data, field: 'host' },
      )
    default:
      return error
  }
}

import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { sniff } from '../../../src/net/sniff.ts'
import type { TestServer } from '../../builders/http-server.ts'
import { tlsCredentials } from '../../builders/tls-credentials.ts'

export const DOORS = ['plain', 'TLS', 'sniffed'] as const
export type Door = (typeof DOORS)[number]

/** The ways on which HTTP comes in: in the clear, over TLS, taken over from a listener that looks what is spoken. */
export class Doors {
  readonly #ports: Record<Door, number>
  readonly close: () => void

  private constructor(ports: Record<Door, number>, close: () => void) {
    this.#ports = ports
    this.close = close
  }

  static async open({ server, port }: TestServer): Promise<Doors> {
    const sniffing = createTlsServer({ ...tlsCredentials, requestCert: true, rejectUnauthorized: false }, (socket) => {
      socket.on('error', () => {})
      sniff(socket, () => server.accept(socket))
    })
    sniffing.listen(0, '127.0.0.1')
    await once(sniffing, 'listening')
    const ports = {
      plain: port,
      TLS: await server.listenHttps(0, '127.0.0.1'),
      sniffed: (sniffing.address() as AddressInfo).port,
    }
    return new Doors(ports, () => sniffing.close())
  }

  /** A connection through that door, once it is up; `reset` ends it without a good-bye. */
  async enter(door: Door): Promise<{ socket: Socket; reset(): void }> {
    const raw = connect({ host: '127.0.0.1', port: this.#ports[door], noDelay: true })
    const socket = door === 'plain' ? raw : connectTls({ socket: raw, ca: tlsCredentials.ca, host: '127.0.0.1' })
    await once(socket, door === 'plain' ? 'connect' : 'secureConnect')
    return { socket, reset: () => void raw.resetAndDestroy() }
  }
}

import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Socket } from 'node:net'
import { generate, type IConnectPacket, type Packet } from 'mqtt-packet'
import { within } from './within.ts'

/** A socket for saying what no client library would say. */
export interface RawSocket {
  socket: Socket
  send(bytes: Buffer | string | Packet): void
  /** Resolves with everything that was received, once the other side has closed. */
  closed(what: string): Promise<Buffer>
  /** Resolves with what has been received once it is at least that many bytes. */
  received(bytes: number): Promise<Buffer>
}

/** Opens a socket in the clear. */
export async function openRaw(port: number): Promise<RawSocket> {
  return wrap(connect({ port, host: '127.0.0.1', allowHalfOpen: false }), 'connect')
}

/** Opens a socket over TLS, without a certificate of its own. */
export async function openRawTls(port: number, ca: string): Promise<RawSocket> {
  return wrap(connectTls({ port, host: 'localhost', ca }), 'secureConnect')
}

/** Opens a socket and gets as far as a CONNACK. */
export async function openSession(
  port: number,
  clientId: string,
  more: Partial<IConnectPacket> = {},
): Promise<RawSocket> {
  const raw = await openRaw(port)
  raw.send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 0, clientId, ...more })
  const connack = await raw.received(4)
  if (connack[0] !== 0x20 || connack[3] !== 0)
    throw new Error(`no CONNACK that accepts, but ${connack.toString('hex')}`)
  return raw
}

async function wrap(socket: Socket, ready: 'connect' | 'secureConnect'): Promise<RawSocket> {
  let bytes = Buffer.alloc(0)
  let look: () => void = () => undefined
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    look()
  })
  // A reset is one way to be closed.
  socket.on('error', () => undefined)
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await within(new Promise<void>((resolve) => socket.once(ready, resolve)), `a socket to ${ready}`)
  return {
    socket,
    send: (content) =>
      void socket.write(typeof content === 'string' || Buffer.isBuffer(content) ? content : generate(content)),
    closed: async (what) => {
      await within(gone, `the hub to close the connection after ${what}`)
      return bytes
    },
    received: (count) =>
      within(
        new Promise<Buffer>((resolve) => {
          look = () => void (bytes.length >= count && resolve(bytes))
          look()
        }),
        `${count} bytes from the hub`,
      ),
  }
}

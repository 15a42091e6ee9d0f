import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** Names under which MQTT and HTTP are asked for [aws 1.1], in the order in which we like them. */
const SPOKEN = ['x-amzn-mqtt-ca', 'mqtt', 'x-amzn-http-ca', 'http/1.1']
const CONNECT = 0x10
const TLS_HANDSHAKE = 0x16

/** Picks one of the protocols that a client offers. */
export function pickProtocol({ protocols }: { protocols: string[] }): string | undefined {
  // Some clients offer names that nobody has heard of and would do without; HTTP/2 they would really speak.
  return SPOKEN.find((name) => protocols.includes(name)) ?? protocols.find((name) => name !== 'h2')
}

/**
 * Finds out what is spoken on a socket without taking anything from it. Calls back once, if the client ever says
 * something.
 */
export function sniff(socket: TLSSocket, found: (protocol: 'mqtt' | 'http') => void): void {
  switch (socket.alpnProtocol) {
    case 'x-amzn-mqtt-ca':
    case 'mqtt':
      return found('mqtt')
    case 'x-amzn-http-ca':
    case 'http/1.1':
      return found('http')
  }
  peek(socket, (byte) => found(isHttp(byte) ? 'http' : 'mqtt'))
}

/** The same of a socket on which anything may come, TLS too. */
export function sniffPlain(socket: Socket, found: (protocol: 'tls' | 'mqtt' | 'http') => void): void {
  peek(socket, (byte) => found(byte === TLS_HANDSHAKE ? 'tls' : isHttp(byte) ? 'http' : 'mqtt'))
}

function peek(socket: Socket, first: (byte: number | undefined) => void): void {
  socket.once('readable', () => {
    const bytes: unknown = socket.read()
    // Closed without a word.
    if (!Buffer.isBuffer(bytes)) return void socket.destroy()
    socket.unshift(bytes)
    first(bytes[0])
  })
}

/** Every HTTP request begins with the letters of its method. */
const isHttp = (byte: number | undefined): boolean =>
  byte !== undefined && byte !== CONNECT && /[A-Za-z]/.test(String.fromCharCode(byte))

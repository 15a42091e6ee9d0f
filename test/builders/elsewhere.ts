import { Socket } from 'node:net'
import type { Endpoints } from '../../src/shared/api.ts'

/** An address that no machine has [RFC 5737]. */
const ELSEWHERE = '192.0.2.7'

interface Peer {
  address?: string
  port?: number
}

const inside = Socket.prototype as unknown as { _getpeername(this: Socket): Peer }
const original = inside._getpeername
const ports = new Set<number>()

/**
 * What Node asks the operating system who is at the other end of a socket, but for those that these ports have
 * accepted.
 */
inside._getpeername = function (): Peer {
  const peer = original.call(this)
  return this.localPort !== undefined && ports.has(this.localPort) && peer.address !== undefined
    ? { ...peer, address: ELSEWHERE }
    : peer
}

/** From now on this hub sees everybody come from another machine, by the very sockets that it goes by. */
export function putElsewhere(
  { mqtt, mqtts, http, https }: Pick<Endpoints, 'mqtt' | 'mqtts' | 'http' | 'https'>,
  ...more: number[]
): void {
  for (const port of [mqtt, mqtts, http, https, ...more]) ports.add(port)
}

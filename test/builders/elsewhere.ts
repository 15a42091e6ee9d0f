import { Server, Socket } from 'node:net'
import type { Endpoints } from '../../src/shared/api.ts'

/** An address that no machine has [RFC 5737]. */
const ELSEWHERE = '192.0.2.7'

const ports = new Set<number>()
const emit = Server.prototype.emit

/** A socket says that it comes from elsewhere before anybody is told of it, if one of these ports has accepted it. */
Server.prototype.emit = function (this: Server, event: string | symbol, ...given: unknown[]): boolean {
  const [socket] = given
  const isAccepted = event === 'connection' || event === 'secureConnection'
  if (isAccepted && socket instanceof Socket && ports.has(socket.localPort ?? 0))
    Object.defineProperty(socket, 'remoteAddress', { value: ELSEWHERE, configurable: true })
  return Reflect.apply(emit, this, [event, ...given]) as boolean
}

/** From now on this hub sees everybody come from another machine, by the very sockets that it goes by. */
export function putElsewhere(
  { mqtt, mqtts, http, https }: Pick<Endpoints, 'mqtt' | 'mqtts' | 'http' | 'https'>,
  ...more: number[]
): void {
  for (const port of [mqtt, mqtts, http, https, ...more]) ports.add(port)
}

import { networkInterfaces } from 'node:os'

type Interfaces = ReturnType<typeof networkInterfaces>

/**
 * The addresses that a hub listens on. `localhost` is this machine by IPv4 and by IPv6, where there is such a thing:
 * clients take either for the name. So is a hub that listens on every IPv4 address; that lets nobody else in.
 */
export function addressesOf(host: string, interfaces: Interfaces = networkInterfaces()): string[] {
  const address = host === 'localhost' ? '127.0.0.1' : host
  if (host !== 'localhost' && host !== '0.0.0.0') return [address]
  const hasBoth = Object.values(interfaces).some((all) => all?.some((own) => own.address === '::1'))
  return hasBoth ? [address, '::1'] : [address]
}

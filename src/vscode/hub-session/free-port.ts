import { createServer } from 'node:net'
import { addressesOf } from '../../hub/addresses.ts'

/** The first port from `first` on that can be opened on `host`, leaving out those in `but`; 0 if there is none near. */
export async function freePort(host: string, first: number, but: ReadonlySet<number> = new Set()): Promise<number> {
  for (let port = first; port < Math.min(first + 100, 65_536); port += 1)
    if (!but.has(port) && (await isFree(host, port))) return port
  return 0
}

/** Whether nobody listens there; tried, as only trying tells. */
export async function isFree(host: string, port: number): Promise<boolean> {
  if (port === 0) return true
  for (const address of addressesOf(host)) if (!(await isFreeOn(address, port))) return false
  return true
}

function isFreeOn(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

/** How often another port is looked for when somebody else takes the one that was found. */
const TRIES = 10

/**
 * Opens a listener on each of these addresses, all on one port; resolves to it. Where any port will do (0), it is one
 * that is free on all of them.
 */
export async function openOnAll(
  addresses: readonly string[],
  port: number,
  open: (port: number, address: string) => Promise<number>,
): Promise<number> {
  const [first = '', ...others] = addresses
  if (port !== 0 || others.length === 0) {
    const actual = await open(port, first)
    for (const address of others) await open(actual, address)
    return actual
  }
  for (let left = TRIES; ; left -= 1) {
    const free = await freeOnAll(addresses)
    try {
      return await openOnAll(addresses, free, open)
    } catch (error) {
      if (left === 0 || !isTaken(error)) throw error
    }
  }
}

/** A port that nobody has on any of the addresses. */
async function freeOnAll([first, ...others]: readonly string[]): Promise<number> {
  for (let left = TRIES; ; left -= 1) {
    const server = createServer().listen(0, first)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const free = await Promise.all(others.map((address) => isFree(port, address)))
    await new Promise((resolve) => server.close(resolve))
    if (free.every(Boolean) || left === 0) return port
  }
}

function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer().listen({ port, host, exclusive: true })
  return once(server, 'listening').then(
    () => new Promise((resolve) => server.close(() => resolve(true))),
    () => false,
  )
}

const isTaken = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  ['EADDRINUSE', 'CONFLICT'].includes(String(error.code))

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import type { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { addressesOf } from '../../src/hub/addresses.ts'
import { openOnAll } from '../../src/hub/open-on-all.ts'

type Interfaces = ReturnType<typeof networkInterfaces>
const own = (...addresses: string[]): Interfaces => ({
  lo: addresses.map((address) => ({ address })) as Interfaces[string] & object,
})

test('localhost is both loopback addresses, if there are two, also for who listens on every IPv4 address', () => {
  const both = own('127.0.0.1', '::1')
  assert.deepEqual(addressesOf('localhost', both), ['127.0.0.1', '::1'])
  assert.deepEqual(addressesOf('0.0.0.0', both), ['0.0.0.0', '::1'])
  assert.deepEqual(addressesOf('localhost', own('127.0.0.1')), ['127.0.0.1'])
  for (const host of ['127.0.0.1', '::1', '::', '192.168.1.5', 'my-machine'])
    assert.deepEqual(addressesOf(host, both), [host])
})

/** Opens listeners as a hub does, and remembers them. */
function hall(refuse: (port: number, address: string) => string | undefined = () => undefined) {
  const servers: Server[] = []
  const asked: string[] = []
  const open = async (port: number, address: string): Promise<number> => {
    asked.push(address)
    const code = refuse(port, address)
    if (code !== undefined) throw Object.assign(new Error(code), { code })
    const server = createServer().listen(port, address)
    servers.push(server)
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const close = () => Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return { open, asked, servers, close }
}

/** Two addresses of this machine: Linux has all of 127.0.0.0/8, others have IPv6. */
const both = addressesOf('localhost')
const pair = both.length === 2 ? both : ['127.0.0.1', '127.0.0.2']

test('any free port is the same on every address', async () => {
  const { open, servers, close } = hall()
  const port = await openOnAll(pair, 0, open)
  const bound = servers.map((server) => server.address() as AddressInfo)
  assert.deepEqual(
    bound.map(({ address, port }) => [address, port]),
    pair.map((address) => [address, port]),
  )
  await close()
})

test('a port that somebody else takes meanwhile is given up for another', async () => {
  let refused = 0
  const { open, asked, close } = hall((_, address) =>
    address === pair[1] && (refused += 1) < 3 ? 'CONFLICT' : undefined,
  )
  assert.ok((await openOnAll(pair, 0, open)) > 0)
  assert.deepEqual(asked, [...pair, ...pair, ...pair])
  await close()
})

test('a port that was asked for and is taken on one of the addresses is an error', async () => {
  const other = hall()
  const port = await other.open(0, pair[1]!)
  const { open, close } = hall((asked, address) => (asked === port && address === pair[1] ? 'CONFLICT' : undefined))
  await assert.rejects(openOnAll(pair, port, open), { code: 'CONFLICT' })
  await Promise.all([close(), other.close()])
})

test('another failure than a taken port is not tried again', async () => {
  const { open, asked } = hall(() => 'EACCES')
  await assert.rejects(openOnAll(pair, 0, open), { code: 'EACCES' })
  assert.equal(asked.length, 1)
})

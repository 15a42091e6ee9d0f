import assert from 'node:assert/strict'
import { lookup } from 'node:dns/promises'
import { createServer } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { connect } from 'node:tls'
import { addressesOf } from '../../src/hub/addresses.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { connectMqtt } from '../builders/mqtt-client.ts'
import { within } from '../builders/within.ts'

const hosts = [...addressesOf('localhost'), 'localhost']

describe('a hub on localhost, which it is by default', () => {
  let hub: TestHub
  before(async () => (hub = await startHub()))
  after(() => hub.stop())

  for (const host of hosts) {
    test(`is reached at ${host} by MQTT and HTTP, with TLS and without, on the ports it tells`, async () => {
      const { mqtt, mqtts, http, https } = hub.endpoints
      const { address } = await lookup(host)
      for (const [protocol, port] of [
        ['mqtt', mqtt],
        ['mqtts', mqtts],
        ['ws', http],
        ['wss', https],
      ] as const) {
        const client = await connectMqtt(hub, `at-${protocol}`, {
          protocol,
          host: protocol.startsWith('ws') ? bracketed(host) : host,
          port,
          ca: hub.ca,
          ...(protocol.startsWith('ws') && { path: '/mqtt' }),
        })
        await client.end()
      }
      const answer = await within(fetch(`http://${bracketed(address)}:${http}/hub/status`), 'an answer')
      assert.equal(answer.status, 401)
      await handshake(address, https, hub.ca)
    })
  }

  test('tells the name that leads to all of them', () => assert.equal(hub.endpoints.host, 'localhost'))
})

for (const other of addressesOf('localhost').slice(1)) {
  test(`a port that somebody has on ${other} is taken: clients of localhost might find that one`, async () => {
    const server = createServer().listen(0, other)
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    await assert.rejects(startHub({ http: port }), new RegExp(`port ${port} on ${other} is taken`))
    await new Promise((resolve) => server.close(resolve))
  })

  test(`a hub on 127.0.0.1 alone is not at ${other}, and says so`, async () => {
    const hub = await startHub({ host: '127.0.0.1' })
    assert.equal(hub.endpoints.host, '127.0.0.1')
    await assert.rejects(connectMqtt(hub, 'other', { host: other }), /ECONNREFUSED/)
    await (await connectMqtt(hub, 'one', { host: '127.0.0.1' })).end()
    await hub.stop()
  })
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)

function handshake(host: string, port: number, ca: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ca }, () => {
      socket.destroy()
      resolve()
    }).once('error', reject)
  })
}

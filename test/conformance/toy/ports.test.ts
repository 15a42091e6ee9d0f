import assert from 'node:assert/strict'
import { get } from 'node:https'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { IClientOptions } from 'mqtt'
import type { HardPort } from '../../../src/dialect/dialect.ts'
import { aws } from '../../../src/dialect/aws/index.ts'
import { freePort } from '../../builders/free-port.ts'
import { startHub, type TestHub } from '../../builders/hub.ts'
import { within } from '../../builders/within.ts'
import { connectSession } from '../scripted-device.ts'
import { toy } from './index.ts'

/** A hub on which these two clouds insist on ports. */
const insisting = (ofAws: HardPort[], ofToys: HardPort[], options: { mqtt?: number } = {}): Promise<TestHub> =>
  startHub(
    { aliases: true, mode: 'strict', ...options },
    {
      dialects: [
        { ...aws, ports: ofAws },
        { ...toy, ports: ofToys, protocols: [] },
      ],
    },
  )

const at = (port: number, listener: HardPort['listener']): HardPort => ({ port, listener, because: 'its clients do' })

let bears = 0

/** A toy comes in by that port. */
async function toyComes({ hub, ca, endpoints, folder }: TestHub, port: number, how: IClientOptions): Promise<void> {
  const name = `bear-${(bears += 1)}`
  const kit = await hub.api.addDevice('toy', name)
  const place = { endpoints: { ...endpoints, mqtt: port, mqtts: port }, ca, folder }
  const client = await connectSession(place, kit.session, { port, ca, ...how })
  assert.equal((await hub.api.device(`toy/${name}`)).online, true)
  await client.end()
}

const statusOf = (url: string, ca: string): Promise<number | undefined> =>
  within(
    new Promise((resolve, reject) => {
      const headers = { 'x-toyland': 'any' }
      get(url, { ca, headers, agent: false }, (response) => resolve(response.resume().statusCode)).on('error', reject)
    }),
    url,
  )

test('two clouds that want one port for MQTT and for HTTPS both have it', async () => {
  const port = await freePort()
  const place = await insisting([at(port, 'tls')], [at(port, 'https')])
  try {
    assert.deepEqual(place.endpoints.aliases, [port])
    await toyComes(place, port, { protocol: 'mqtts' })
    assert.equal(await statusOf(`https://localhost:${port}/?Action=Nothing`, place.ca), 404)
  } finally {
    await place.stop()
  }
})

test('on a port for TCP and TLS the first byte tells which is spoken, also on the hub’s own', async () => {
  const [port, own] = [await freePort(), await freePort()]
  const both = (number: number): HardPort[] => [at(number, 'mqtt'), at(number, 'mqtts')]
  const place = await insisting([], [...both(port), ...both(own)], { mqtt: own })
  try {
    assert.deepEqual(place.endpoints.aliases, [port])
    for (const each of [port, own]) {
      await toyComes(place, each, { protocol: 'mqtt' })
      await toyComes(place, each, { protocol: 'mqtts' })
      assert.equal(await statusOf(`https://localhost:${each}/?Action=Nothing`, place.ca), 404)
    }
    assert.equal((await place.hub.api.notices()).filter(({ kind }) => kind === 'warning').length, 0)
  } finally {
    await place.stop()
  }
})

test('who says nothing on such a port does not keep the hub from stopping', async () => {
  const port = await freePort()
  const place = await insisting([at(port, 'mqtt')], [at(port, 'https')])
  const silent = connect(port, '127.0.0.1').on('error', () => {})
  const closed = new Promise((resolve) => silent.once('close', resolve))
  await new Promise((resolve) => silent.once('connect', resolve))
  silent.resume()
  await place.stop()
  await within(closed, 'the socket to be closed')
})

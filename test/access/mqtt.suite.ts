import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IClientOptions } from 'mqtt'
import { dialects } from '../../src/dialect/registry.ts'
import { connectMqtt, type TestClient } from '../builders/mqtt-client.ts'
import { clients, comesIn, transports, type Client, type Transport } from './clients.ts'
import { report } from './report.ts'
import type { AccessFixture } from './hub-fixture.ts'

/** Every client comes over every transport; who stands for a device tries what is its own, and what is another's. */
export function mqttMatrix(fixture: () => AccessFixture): void {
  for (const client of clients) {
    const { name, dialect, over = transports } = client
    test(`MQTT: ${name}${dialect === undefined ? '' : ` (${dialect})`}`, async (t) => {
      const { mode, where } = fixture()
      const right = comesIn(client, mode, where) ? 'in' : 'refused'
      const before = await digest(fixture())
      const cells: string[] = []
      for (const transport of over) {
        const connected = await attempt(fixture(), client, transport)
        await connected?.end()
        cells.push(right)
        assert.equal(connected === undefined ? 'refused' : 'in', right, `over ${transport}`)
      }
      if (right === 'refused') assert.equal(await digest(fixture()), before, 'who does not get in changes nothing')
      else cells.push(...(await topics(fixture(), client)))
      report(t, cells)
    })
  }
}

/** `undefined`: it was not let in. */
async function attempt(fixture: AccessFixture, client: Client, transport: Transport): Promise<TestClient | undefined> {
  const { clientId = '', ...shown } = await client.options(fixture, transport)
  try {
    return await connectMqtt(fixture.place, clientId, { ...way(fixture, transport), ...shown })
  } catch (error) {
    if (/waited/.test(String(error))) throw error
    return undefined
  }
}

function way({ place: { endpoints, ca } }: AccessFixture, transport: Transport): IClientOptions {
  switch (transport) {
    case 'tcp':
      return {}
    case 'tls':
      return { protocol: 'mqtts', port: endpoints.mqtts, ca }
    case 'ws':
      return { protocol: 'ws', port: endpoints.http, path: '/mqtt' }
    case 'wss':
      return { protocol: 'wss', port: endpoints.https, path: '/mqtt', ca }
  }
}

/**
 * A device says and hears what is its own. What is another's it neither says nor hears, but for AWS in open mode, where
 * the first policy begins to keep things apart.
 */
async function topics(fixture: AccessFixture, client: Client): Promise<string[]> {
  const device = client.device?.(fixture)
  if (device === undefined) return []
  const { examples } = dialects.find(({ name }) => name === client.dialect)!
  const foreign = fixture.devices[client.dialect!]!.known.name
  const apart = client.dialect !== 'aws' || fixture.mode === 'strict'
  const cells: string[] = []
  const expect = async (
    what: string,
    allowed: boolean,
    tried: (client: TestClient) => Promise<boolean>,
  ): Promise<void> => {
    const connected = (await attempt(fixture, client, client.over?.[0] ?? 'tcp'))!
    assert.equal(await tried(connected), allowed, `${device.name} ${what}: ${allowed ? 'refused' : 'let through'}`)
    // Its connection may have been ended for what it tried.
    connected.mqtt.end(true)
    await connected.closed
    cells.push(allowed ? 'in' : 'refused')
  }
  for (const filter of examples.hears(device.name))
    await expect(`hears ${filter}`, true, (connected) => granted(connected, filter))
  for (const filter of examples.overhears(foreign))
    await expect(`hears ${filter}`, !apart, (connected) => granted(connected, filter))
  const own = new Set(examples.says(device.name, 0).map(({ topic }) => topic))
  for (const [name, allowed] of [
    [device.name, true],
    [foreign, !apart],
  ] as const) {
    for (const { topic, payload } of examples.says(name, (said += 1))) {
      if (name === foreign && own.has(topic)) continue
      await expect(`says ${topic}`, allowed, async (connected) => {
        const before = await refusals(fixture)
        await connected.publish(topic, typeof payload === 'string' ? payload : Buffer.from(payload)).catch(() => {})
        await connected.unsubscribe('nothing').catch(() => {})
        return (await refusals(fixture)) === before
      })
    }
  }
  return cells
}

let said = 0

const granted = (client: TestClient, filter: string): Promise<boolean> =>
  client.subscribe(filter).then(
    ([qos = 128]) => qos < 128,
    () => false,
  )

const refusals = async ({ place }: AccessFixture): Promise<number> =>
  (await place.hub.api.notices()).filter(({ kind }) => kind === 'refused').reduce((sum, { count }) => sum + count, 0)

/** Who is registered. */
const digest = async ({ place }: AccessFixture): Promise<string> =>
  JSON.stringify((await place.hub.api.devices({ limit: 1000 })).items.map(({ key }) => key))

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { connectAsync } from 'mqtt'
import { startHub, type TestHub } from '../builders/hub.ts'
import { within } from '../builders/within.ts'

let hub: TestHub
before(async () => {
  hub = await startHub()
})
after(() => hub.stop())

const codes = async () => (await hub.hub.api.notices()).map(({ code }) => code)

test('a TLS handshake that fails is told of, and no more once a client has got through', async () => {
  const connect = (more: object) =>
    connectAsync(`mqtts://localhost:${hub.endpoints.mqtts}`, { clientId: 'pump', reconnectPeriod: 0, ...more })
  const told = new Promise<void>((resolve) => hub.hub.events.on(({ type }) => type === 'notice' && resolve()))
  await assert.rejects(connect({}))
  await within(told, 'the hub to tell of it')
  assert.deepEqual(await codes(), ['tlsFailed'])
  await (await connect({ ca: await readFile(hub.endpoints.ca) })).endAsync()
  assert.deepEqual(await codes(), [])
})

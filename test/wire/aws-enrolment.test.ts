import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { httpsRequest } from '../builders/https-request.ts'
import { startHub, type TestHub } from '../builders/hub.ts'
import { connectMqtt, type TestClient } from '../builders/mqtt-client.ts'
import type { ConnectionKitView } from '../../src/shared/api.ts'

// What a thing that people added by hand in strict mode may do with the certificate it was given: what is its own [aws
// 4.3].

let hub: TestHub
before(async () => {
  hub = await startHub({ mode: 'strict' })
})
after(() => hub.stop())

const enter = ({ session: { clientId, certificate } }: ConnectionKitView): Promise<TestClient> =>
  connectMqtt(hub, clientId, { protocol: 'mqtts', port: hub.endpoints.mqtts, ca: hub.ca, ...certificate })

test('over MQTT it hears and says what bears its name, and what the SDKs’ samples use', async () => {
  const client = await enter(await hub.hub.api.addDevice('aws', 'washer:1'))
  const own = [
    '$aws/things/washer:1/#',
    'washer:1/#',
    'dt/app/washer:1/#',
    'cmd/app/home/washer:1/req',
    'sdk/test/python',
  ]
  assert.deepEqual(
    await client.subscribe(...own),
    own.map(() => 1),
  )
  for (const topic of ['washer:1/a', 'dt/app/washer:1/b', 'sdk/test/python']) {
    await client.publish(topic, { topic })
    assert.deepEqual(await client.json(topic), { topic })
  }
  await client.end()
})

for (const filter of ['#', '$aws/things/+/jobs/notify', '$aws/things/other/#', 'dt/#', 'cmd/other/#', 'washer-2x/#']) {
  test(`over MQTT it is closed for subscribing to ${filter}`, async () => {
    const kit = await hub.hub.api.addDevice('aws', `washer-2${Buffer.from(filter).toString('hex')}`)
    const client = await enter(kit)
    await assert.rejects(client.subscribe(filter), /closed|ended/i)
  })
}

test('over HTTPS it reads its own jobs and shadow, not another’s', async () => {
  const { certificate } = (await hub.hub.api.addDevice('aws', 'washer-3')).session
  await hub.hub.api.addDevice('aws', 'washer-4')
  const { cert, key } = certificate!
  const get = (path: string) => httpsRequest(hub, { port: hub.endpoints.https, path, cert, key })
  assert.equal((await get('/things/washer-3/jobs')).status, 200)
  assert.equal((await get('/things/washer-3/shadow')).status, 404)
  assert.equal((await get('/things/washer-4/jobs')).status, 403)
  assert.equal((await get('/things/washer-4/shadow')).status, 403)
})

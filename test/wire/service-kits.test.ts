import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Agent } from 'node:https'
import { IoTClient, ListThingsCommand } from '@aws-sdk/client-iot'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { startHub, type TestHub } from '../builders/hub.ts'

let hub: TestHub

before(async () => {
  hub = await startHub({ mode: 'strict' })
})
after(() => hub.stop())

async function environmentOf(dialect: string): Promise<Record<string, string>> {
  const { environment } = await hub.hub.api.serviceKit(dialect)
  return Object.fromEntries(environment.map(({ name, value }) => [name, value]))
}

test('an unmodified SDK of AWS finds the hub by what its kit for services says', async () => {
  await hub.hub.api.registerDevice('aws', 'lamp')
  const env = await environmentOf('aws')
  assert.equal(env['AWS_CA_BUNDLE'], hub.endpoints.ca)
  const client = new IoTClient({
    endpoint: env['AWS_ENDPOINT_URL']!,
    region: env['AWS_REGION']!,
    credentials: { accessKeyId: env['AWS_ACCESS_KEY_ID']!, secretAccessKey: env['AWS_SECRET_ACCESS_KEY']! },
    requestHandler: new NodeHttpHandler({ httpsAgent: new Agent({ ca: hub.ca }) }),
  })
  const { things } = await client.send(new ListThingsCommand({}))
  assert.deepEqual(
    things?.map(({ thingName }) => thingName),
    ['lamp'],
  )
  client.destroy()
})

test('an application of IotHub calls its API by what its kit for services says', async () => {
  await hub.hub.api.registerDevice('iothub-course', 'P/D')
  const env = await environmentOf('iothub-course')
  const answer = await fetch(`${env['IOTHUB_API_URL']}/devices/P`, {
    headers: { authorization: `Bearer ${env['IOTHUB_API_TOKEN']}` },
  })
  assert.equal(((await answer.json()) as unknown[]).length, 1)
})

test('secrets of a kit for services are marked, and there is none for a cloud that nobody speaks', async () => {
  for (const dialect of ['aws', 'iothub-course']) {
    const { facts, environment } = await hub.hub.api.serviceKit(dialect)
    const secrets = [...facts, ...environment].filter(({ secret }) => secret === true).map(({ value }) => value)
    assert.ok(secrets.length >= 2)
    const open = [...facts, ...environment].filter(({ secret }) => secret !== true).map(({ value }) => value)
    assert.ok(!open.some((text) => secrets.some((secret) => text.includes(secret))))
  }
  await assert.rejects(hub.hub.api.serviceKit('moon'), { code: 'NOT_FOUND' })
})

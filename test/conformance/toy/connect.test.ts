import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IClientOptions } from 'mqtt'
import { signed, type Signer } from '../../builders/certificate-chain.ts'
import { connectMqtt, type TestClient } from '../../builders/mqtt-client.ts'
import { connectSession } from '../scripted-device.ts'
import { useToyland } from './toyland.ts'

const HOUR = 60 * 60_000

const land = useToyland()

const call = (Action: string, body: object): Promise<Response> =>
  land.hub.call({ method: 'POST', path: '/', headers: { 'x-toyland': 'any' }, query: { Action }, body })

test('who takes over the session of its toy waits for the CONNACK, who comes alone does not', async () => {
  const { kit } = await land.hub.enrol()
  const timed = async (): Promise<[TestClient, number]> => {
    const began = performance.now()
    const client = await connectSession(land.hub.place, kit.session)
    return [client, performance.now() - began]
  }
  const [first] = await timed()
  const [second, waited] = await timed()
  assert.ok(waited >= 149, `${waited} ms`)
  await first.closed
  await second.end()
})

test('a toy connects over WebSocket on the path of its cloud', async () => {
  const { kit, key } = await land.hub.enrol()
  const { http } = land.hub.place.endpoints
  const client = await connectSession(land.hub.place, kit.session, {
    protocol: 'ws',
    port: http,
    path: '/toyland/mqtt',
  })
  assert.equal((await land.hub.api.device(key)).online, true)
  await client.end()
})

test('what waits for a toy that is away waits for a day, its session longer', async () => {
  const [away, speaker] = [await land.hub.enrol(), await land.hub.enrol()]
  const listener = await connectSession(land.hub.place, away.kit.session, { clean: false })
  await listener.subscribe('fair/#')
  await listener.end()
  const speaking = await connectSession(land.hub.place, speaker.kit.session)
  await speaking.publish('fair/carousel', 'old')
  await land.hub.api.advance(23 * HOUR)
  await speaking.publish('fair/carousel', 'young')
  await land.hub.api.advance(2 * HOUR)
  const back = await connectSession(land.hub.place, away.kit.session, { clean: false })
  assert.equal(back.sessionPresent, true)
  assert.equal((await back.inbox.take('what was said')).text, 'young')
  for (const client of [speaking, back]) await client.end()
})

test('a toy may leave its name out of what it says and subscribes to', async () => {
  const { kit, name } = await land.hub.enrol()
  const client = await connectSession(land.hub.place, kit.session)
  assert.deepEqual(await client.subscribe('toy/-/note'), [1])
  await client.publish('toy/-/note', 'to myself')
  await client.publish(`toy/${name}/note`, 'to me by name')
  for (const said of ['to myself', 'to me by name'])
    assert.equal((await client.inbox.take('a note', ({ text }) => text === said)).topic, `toy/${name}/note`)
  await client.end()
})

test('what a toy has retained is read where later subscribers get it from', async () => {
  const { kit, name } = await land.hub.enrol()
  const client = await connectSession(land.hub.place, kit.session)
  const noteOf = async (): Promise<Record<string, unknown>> =>
    (await (await call('GetNote', { Name: name })).json()) as Record<string, unknown>
  assert.deepEqual(await noteOf(), {})
  await client.mqtt.publishAsync(`toy/${name}/note`, 'I am well', { qos: 1, retain: true })
  assert.equal((await noteOf())['Note'], 'I am well')
  assert.equal(typeof (await noteOf())['At'], 'number')
  const { Topics } = (await (await call('ListNotes', {})).json()) as { Topics: string[] }
  assert.ok(Topics.includes(`toy/${name}/note`))
  await client.mqtt.publishAsync(`toy/${name}/note`, '', { qos: 1, retain: true })
  assert.deepEqual(await noteOf(), {})
  await client.end()
})

test('a question waits for its toy to come, as long as who asks says', async () => {
  const { kit, name } = await land.hub.enrol()
  assert.equal((await call('AskToy', { Name: name, Text: 'Are you there?' })).status, 504)
  const given = call('AskToy', { Name: name, Text: 'Are you there?', ConnectMs: 60_000 })
  const client = await connectSession(land.hub.place, kit.session)
  await client.subscribe(`toy/${name}/#`)
  const { topic } = await client.inbox.take('a question', ({ text }) => text === 'Are you there?')
  await client.publish(topic.replace('/question/', '/answer/'), 'Here I am')
  assert.deepEqual(await (await given).json(), { Answer: 'Here I am' })
  await client.end()
})

test('a certificate lets its toy in if a factory has signed it, also through an authority that comes with it', async () => {
  const factory = await signed('factory', undefined, { ca: true })
  const branch = await signed('branch', factory, { ca: true })
  const imposter = await signed('imposter', factory)
  assert.equal((await call('RegisterFactory', { Certificate: imposter.cert })).status, 400)
  assert.equal((await call('RegisterFactory', { Certificate: factory.cert })).status, 200)
  const enter = (name: string, { cert, key }: Signer, ...chain: Signer[]): Promise<TestClient> => {
    const { ca, endpoints } = land.hub.place
    const tls: IClientOptions = { protocol: 'mqtts', port: endpoints.mqtts, ca, key }
    const certs = [cert, ...chain.map((each) => each.cert)].join('\n')
    return connectMqtt(land.hub.place, name, { ...tls, cert: certs, username: `toy:${name}` })
  }
  const direct = await enter('tin-1', await signed('tin-1', factory))
  const branched = await enter('tin-2', await signed('tin-2', branch), branch)
  assert.equal((await land.hub.api.device('toy/tin-2')).online, true)
  await assert.rejects(enter('tin-3', await signed('tin-3', branch)), 'without the authority between')
  await assert.rejects(enter('tin-3', await signed('tin-3', imposter), imposter), 'signed by what is no authority')
  await assert.rejects(enter('tin-3', await signed('tin-3')), 'signed by itself')
  await assert.rejects(enter('tin-1', await signed('tin-2', factory)), 'the certificate of another')
  await assert.rejects(land.hub.api.device('toy/tin-3'), { code: 'NOT_FOUND' })
  for (const client of [direct, branched]) await client.end()
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExampleRequest } from '../../../src/dialect/examples.ts'
import { connectSession } from '../scripted-device.ts'
import { useToyland } from './toyland.ts'

const land = useToyland()

const ask = (Name: string, more: object = {}): ExampleRequest => ({
  method: 'POST',
  path: '/',
  headers: { 'x-toyland': 'any' },
  query: { Action: 'AskToy' },
  body: { Name, Text: 'How are you?', ConnectMs: 60_000, ...more },
})

test('a question waits until its device would hear it, which a subscription may bring about', async () => {
  const { hub } = land
  const { name, kit } = await hub.enrol()
  const client = await connectSession(hub.place, kit.session)
  const answer = hub.call(ask(name))
  await client.unsubscribe('nothing')
  assert.deepEqual(client.inbox.rest, [])
  await client.subscribe(`toy/${name}/question/+`)
  const { topic, text } = await client.inbox.take('the question', (message) => message.topic.includes('/question/'))
  assert.equal(text, 'How are you?')
  await client.publish(topic.replace('/question/', '/answer/'), 'fine', 1)
  assert.deepEqual(await (await answer).json(), { Answer: 'fine' })
  await client.end()
})

test('a question to a device that goes away before it answers is over at once', async () => {
  const { hub } = land
  const toy = await hub.play()
  const answer = hub.call(ask(toy.name))
  await toy.client.inbox.take('the question', ({ topic }) => topic.includes('/question/'))
  await toy.leaves()
  const { status, text } = await hub.read(await answer)
  assert.equal(status, 504)
  assert.equal(JSON.parse(text).Code, 'DISCONNECTED')
})

test('what a device measures is shown, the latest last, as text where it is one', async () => {
  const { hub } = land
  const toy = await hub.play()
  for (const payload of ['warm', Buffer.from([0xff, 0x00])])
    await toy.publish({ topic: `toy/${toy.name}/note`, payload, qos: 1 })
  assert.deepEqual(
    (await hub.api.telemetry(toy.key)).map(({ name, payload, base64, size }) => [name, payload, base64, size]),
    [
      ['note', 'warm', undefined, 4],
      ['note', '/wA=', true, 2],
    ],
  )
  await assert.rejects(hub.api.telemetry('toy/nobody'), { code: 'NOT_FOUND' })
  await toy.leaves()
})

test('who shows its own cloud’s evidence on another cloud’s path is answered by its own', async () => {
  const { hub } = land
  const { status, text } = await hub.read(
    await hub.call({ method: 'POST', path: '/devices/p/d/command', headers: { 'x-toyland': 'any' }, body: {} }),
  )
  assert.equal(status, 404)
  assert.match(text, /Toyland/)
})

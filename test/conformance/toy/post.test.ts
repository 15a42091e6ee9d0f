import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import { test } from 'node:test'
import { createWebSocketStream, WebSocket } from 'ws'
import { dialects } from '../../../src/dialect/registry.ts'
import { freePort } from '../../builders/free-port.ts'
import { putElsewhere } from '../../builders/elsewhere.ts'
import { startHub, type TestHub } from '../../builders/hub.ts'
import { Mailbox } from '../../builders/mailbox.ts'
import { within } from '../../builders/within.ts'
import { connectSession } from '../scripted-device.ts'
import { toy } from './index.ts'
import { useToyland } from './toyland.ts'
import { FrameReader, frameOf } from './wire/frames.ts'

const land = useToyland()

/** A counter of the post office, at the other end of that stream. */
function counter(stream: Duplex) {
  const frames = new FrameReader()
  const inbox = new Mailbox<Record<string, unknown>>()
  stream.on('error', () => {}).on('end', () => stream.end())
  stream.on('data', (bytes: Buffer) => frames.read(bytes).forEach((frame) => inbox.put(frame)))
  const gone = once(stream, 'close')
  return {
    say: (content: Record<string, unknown>) => void stream.write(frameOf(content)),
    hears: (type: string) => inbox.take(type, (frame) => frame['type'] === type),
    heard: () => inbox.rest.map(({ type }) => type),
    closed: () => within(gone, 'the connection to be closed'),
    end: () => stream.destroy(),
  }
}

const overWebSocket = ({ endpoints }: Pick<TestHub, 'endpoints'>) =>
  counter(createWebSocketStream(new WebSocket(`ws://localhost:${endpoints.http}/toyland/post`, ['toy-post'])))

test('who has sent a letter hears that its toy has acknowledged it, and nobody else does', async () => {
  const { place } = land.hub
  const { kit, name } = await land.hub.enrol()
  const [sender, other] = [overWebSocket(place), overWebSocket(place)]
  await other.hears('hello')
  await sender.hears('hello')
  sender.say({ type: 'letter', to: name, text: 'sleep well' })
  const { letter } = await sender.hears('taken')
  const device = await connectSession(place, kit.session)
  const { text } = await device.inbox.take('the letter', ({ topic }) => topic === `toy/${name}/mail/${String(letter)}`)
  assert.equal(text, 'sleep well')
  assert.deepEqual(await sender.hears('delivered'), { type: 'delivered', letter, toy: name })
  other.say({ type: 'open' })
  await other.hears('opened')
  assert.ok(!other.heard().includes('delivered'))
  await device.end()
  for (const each of [sender, other]) each.end()
})

test('a letter that has waited long enough is called off, and who has sent it hears of that', async () => {
  const { place } = land.hub
  const { kit, name } = await land.hub.enrol()
  const sender = overWebSocket(place)
  sender.say({ type: 'letter', to: name, text: 'come soon', seconds: 60 })
  const { letter } = await sender.hears('taken')
  await land.hub.api.advance(59_999)
  assert.ok(!sender.heard().includes('expired'))
  await land.hub.api.advance(1)
  assert.deepEqual(await sender.hears('expired'), { type: 'expired', letter, toy: name })
  const device = await connectSession(place, kit.session)
  await device.unsubscribe('nothing')
  assert.deepEqual(device.inbox.rest, [])
  await device.end()
  sender.end()
})

test('heartbeats come in real time while the hub’s clock stands still, and who is silent is sent away', async () => {
  const client = overWebSocket(land.hub.place)
  client.say({ type: 'open', beatMs: 100 })
  await client.hears('opened')
  for (let beats = 0; beats < 5; beats += 1) {
    await client.hears('beat')
    client.say({ type: 'beat' })
  }
  await client.hears('closed')
  await client.closed()
})

test('no heartbeat is faster than the hub allows, and none comes any more once it is called off', async () => {
  const client = overWebSocket(land.hub.place)
  client.say({ type: 'open', beatMs: 0 })
  await client.hears('opened')
  const began = performance.now()
  await client.hears('beat')
  assert.ok(performance.now() - began > 50)
  client.end()
  await client.closed()
})

test('on a port of its own over TLS; from elsewhere it is told nothing, and sends nothing, before it shows the key', async () => {
  const port = await freePort()
  const protocols = toy.protocols!.map((front) => ({ ...front, port }))
  const clouds = [...dialects.map((dialect) => ({ ...dialect, ports: [] })), { ...toy, protocols }]
  const place = await startHub({ aliases: true, mode: 'strict' }, { dialects: clouds })
  try {
    const [key] = (await place.hub.api.keys()).filter(({ name }) => name === 'TOY_KEY')
    await place.hub.api.addDevice('toy', 'bear-1')
    putElsewhere(place.endpoints, port)
    const dial = () => counter(connect({ host: '127.0.0.1', port, ca: place.ca, servername: 'localhost' }))
    const stranger = dial()
    assert.equal((await stranger.hears('hello'))['secure'], true)
    stranger.say({ type: 'letter', to: 'bear-1', text: 'I am your friend' })
    await stranger.closed()
    const friend = dial()
    friend.say({ type: 'open', key: key?.value })
    friend.say({ type: 'letter', to: 'bear-1', text: 'I am your friend' })
    await friend.hears('taken')
    await place.hub.api.addDevice('toy', 'bear-2')
    assert.equal((await friend.hears('toy'))['name'], 'bear-2')
    friend.say({ type: 'close' })
    await friend.closed()
  } finally {
    await place.stop()
  }
})

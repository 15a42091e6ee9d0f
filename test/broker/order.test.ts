import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { afterEach, test } from 'node:test'
import type { Packet } from 'mqtt-packet'
import type { PublishVerdict, SubscribeVerdict } from '../../src/core/seam/mqtt.ts'
import { connectPacket, gate, publish, BrokerFixture } from './broker-fixture.ts'

let fixture: BrokerFixture
afterEach(() => fixture.stop())

const subscribe = (topic: string, messageId = 2): Packet => ({
  cmd: 'subscribe',
  messageId,
  subscriptions: [{ topic, qos: 0 }],
})
const unsubscribe = (topic: string, messageId = 3): Packet => ({
  cmd: 'unsubscribe',
  messageId,
  unsubscriptions: [topic],
})

/** A hub that decides at once, stores when `stored` opens, and answers on `answer` a tick after that. */
async function answering(): Promise<ReturnType<typeof gate>> {
  const stored = gate()
  const decide = (): Promise<PublishVerdict> => {
    void stored.promise.then(() =>
      process.nextTick(() => void fixture.broker.publish('aws', { topic: 'answer', payload: 'x', qos: 1 })),
    )
    return stored.promise.then(() => ({ route: 'consume' }))
  }
  fixture = await new BrokerFixture({
    publish: (connection, { topic }) => {
      fixture.tell(`${connection.request.clientId} published ${topic}`)
      return topic === 'ask' ? decide() : Promise.resolve({ route: 'forward' })
    },
    subscribe: (connection, filter) => {
      fixture.tell(`${connection.request.clientId} asked for ${filter}`)
      return { grant: 0 }
    },
  }).start()
  return stored
}

test('a subscription sent along behind a request does not get its answer, one sent before it does', async () => {
  const stored = await answering()
  const late = await fixture.client('late')
  late.send(publish('ask', '', 1), subscribe('answer'))
  await late.silence()
  stored.open()
  await late.next('puback')
  await late.next('suback')
  await late.silence()

  const early = await fixture.client('early')
  early.send(subscribe('answer'), publish('ask', '', 1))
  await early.next('suback')
  await early.next('puback')
  assert.equal((await early.next('publish')).topic, 'answer')
})

test('an answer to what was asked before UNSUBSCRIBE still comes', async () => {
  const stored = await answering()
  const device = await fixture.client('device')
  await device.subscribe(['answer', 0])
  device.send(publish('ask', '', 1), unsubscribe('answer'), publish('ask', '', 1))
  await device.silence()
  stored.open()
  await device.next('puback')
  assert.equal((await device.next('publish')).topic, 'answer')
  await device.next('unsuback')
  await device.next('puback')
  await device.silence()
})

test('what comes behind a packet that waits, waits too: also what was sent along with CONNECT', async () => {
  const stored = await answering()
  const device = await fixture.raw()
  device.send(
    connectPacket('device'),
    publish('ask', '', 0),
    subscribe('a'),
    publish('a', '1'),
    unsubscribe('a'),
    publish('a', '2'),
    subscribe('a', 4),
  )
  await device.next('connack')
  await device.silence()
  assert.deepEqual(fixture.log, ['device connected', 'device published ask'])
  stored.open()
  await device.next('suback')
  assert.equal(String((await device.next('publish')).payload), '1')
  await device.next('unsuback')
  assert.equal((await device.next('suback')).messageId, 4)
  await device.silence()
})

test('a PINGREQ that was sent along with CONNECT is answered behind it, and so is what comes behind that', async () => {
  const verdict = gate()
  const identity = { principal: 'x' }
  fixture = await new BrokerFixture({ connect: () => verdict.promise.then(() => ({ accept: true, identity })) }).start()
  const device = await fixture.raw()
  device.send(connectPacket('device'), { cmd: 'pingreq' }, subscribe('a', 1))
  for (let turns = 0; turns < 5; turns += 1) await new Promise<void>((resolve) => setImmediate(resolve))
  device.send({ cmd: 'pingreq' }, publish('a', 'x'))
  for (let turns = 0; turns < 5; turns += 1) await new Promise<void>((resolve) => setImmediate(resolve))
  verdict.open()
  const answers: string[] = []
  for (let i = 0; i < 5; i++) answers.push((await device.any()).cmd)
  assert.deepEqual(answers, ['connack', 'pingresp', 'suback', 'pingresp', 'publish'])
})

test('an acknowledgement counts after what was published before it', async () => {
  const decided = gate()
  fixture = await new BrokerFixture({
    publish: () => decided.promise.then(() => (fixture.tell('decided'), { route: 'consume' })),
  }).start()
  const device = await fixture.client('device')
  fixture.broker.send(fixture.connection('device').id, { topic: 't', payload: '', qos: 1 }, 'track')
  const { messageId = 0 } = await device.next('publish')
  device.send(publish('a', '', 1), { cmd: 'puback', messageId })
  await device.silence()
  assert.equal(fixture.log.at(-1), 'device connected')
  decided.open()
  await device.next('puback')
  await fixture.told('device acknowledged')
  assert.deepEqual(fixture.log.slice(1), ['decided', 'device acknowledged track'])
})

test('DISCONNECT, and the end of the stream behind it, count after what was sent before them', async () => {
  const stored = await answering()
  const will = { topic: 'gone', payload: Buffer.alloc(0), qos: 0 as const, retain: false }
  const device = await fixture.client('device', { clean: false, will })
  await device.subscribe(['a', 0])
  device.send(publish('ask', '', 1), unsubscribe('a'), { cmd: 'disconnect' }, publish('never', ''))
  device.stream.end()
  await fixture.told('device published ask')
  await (await fixture.client('other')).silence()
  assert.ok(!fixture.log.includes('device unsubscribed a'))
  stored.open()
  await fixture.told('device disconnected CLIENT_INITIATED')
  assert.deepEqual(fixture.log.slice(-2), ['device unsubscribed a', 'device disconnected CLIENT_INITIATED'])
  assert.ok(!fixture.log.some((line) => /will|never/.test(line)))
  assert.equal(fixture.disk.records('mqttSubscriptions').length, 0)
})

test('who has said DISCONNECT and hangs up before its turn has come has not been lost: no will', async () => {
  await answering()
  const will = { topic: 'gone', payload: Buffer.alloc(0), qos: 0 as const, retain: false }
  const device = await fixture.client('device', { will })
  device.send(publish('ask', '', 1), { cmd: 'disconnect' })
  await fixture.told('device published ask')
  assert.ok(device.stream instanceof Socket)
  device.stream.resetAndDestroy()
  await fixture.told('device disconnected CLIENT_INITIATED')
  assert.ok(!fixture.log.some((line) => line.includes('will')))
})

test('a message that ends its connection comes before the DISCONNECT behind it: the will is published', async () => {
  fixture = await new BrokerFixture({
    publish: async (_, { topic, will }) =>
      will === true ? (fixture.tell(`will ${topic}`), { route: 'forward' }) : { route: 'close', reason: 'forbidden' },
  }).start()
  const device = await fixture.client('device', {
    will: { topic: 'gone', payload: Buffer.alloc(0), qos: 0, retain: false },
  })
  device.send(publish('bad', '', 1), { cmd: 'disconnect' })
  await fixture.told('device disconnected FORBIDDEN')
  assert.ok(fixture.log.includes('will gone'))
})

test('what breaks the protocol counts after what was sent before it', async () => {
  const stored = await answering()
  const device = await fixture.client('device')
  device.send(publish('ask', '', 1), subscribe('a'), publish('b', '', 1), subscribe('no/#/filter', 9))
  await fixture.told('device published ask')
  device.stream.write(Buffer.from('ffffffff', 'hex'))
  await (await fixture.client('other')).silence()
  stored.open()
  await device.next('puback')
  await device.next('suback')
  await fixture.told('device disconnected CLIENT_ERROR')
  assert.deepEqual(
    fixture.log.filter((line) => /asked|published/.test(line)),
    ['device published ask', 'device asked for a', 'device published b'],
  )
})

test('SUBSCRIBE and UNSUBSCRIBE of a stored session are answered, and told, in their order', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device', { clean: false })
  const stored = gate()
  fixture.commit = () => stored.promise
  device.send(subscribe('a', 1), unsubscribe('a', 2), subscribe('a', 3), unsubscribe('a', 4))
  await device.silence()
  stored.open()
  const answers: unknown[] = []
  for (let i = 0; i < 4; i++) answers.push((await device.any()).messageId)
  assert.deepEqual(answers, [1, 2, 3, 4])
  await device.silence()
  assert.deepEqual(fixture.log.slice(1), [
    'device subscribed a:0',
    'device unsubscribed a',
    'device subscribed a:0',
    'device unsubscribed a',
  ])
})

test('as long as the hub has not decided about a subscription, nothing that follows is looked at', async () => {
  const decided = gate()
  const verdict: SubscribeVerdict = { grant: 0 }
  fixture = await new BrokerFixture({ subscribe: () => decided.promise.then(() => verdict) }).start()
  const device = await fixture.client('device')
  device.send(subscribe('a'), publish('a', 'x', 1))
  await device.silence()
  assert.equal(fixture.log.at(-1), 'device connected')
  decided.open()
  await device.next('suback')
  assert.equal(String((await device.next('publish')).payload), 'x')
})

test('an identifier of QoS 2 that is released may be used again at once', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device')
  device.send(publish('a', '1', 2), { cmd: 'pubrel', messageId: 1 }, publish('a', '2', 2), {
    cmd: 'pubrel',
    messageId: 1,
  })
  const answers: string[] = []
  for (let i = 0; i < 4; i++) answers.push((await device.any()).cmd)
  assert.deepEqual(answers, ['pubrec', 'pubcomp', 'pubrec', 'pubcomp'])
  assert.equal(fixture.log.filter((line) => line === 'device published a').length, 2)
})

test('a client whose packets wait is not read from without end, yet its pings are answered', async () => {
  const stored = await answering()
  const device = await fixture.client('device', { keepalive: 1 })
  device.send(publish('ask', '', 1), ...Array.from({ length: 60 }, (_, i) => subscribe(`a/${i}`, i + 1)))
  await device.silence()
  await device.silence()
  const many = Array.from({ length: 2_000 }, (_, i) => subscribe(`b/${i}`, (i % 60_000) + 1))
  for (let at = 0; at < many.length; at += 1000) device.send(...many.slice(at, at + 1000))
  await new Promise<void>((resolve) => setImmediate(resolve))
  stored.open()
  await device.next('puback')
  for (let i = 0; i < 60 + many.length; i++) await device.next('suback')
  await device.silence()
})

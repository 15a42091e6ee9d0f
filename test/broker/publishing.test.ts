import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import type { PublishVerdict } from '../../src/core/seam/mqtt.ts'
import { gate, publish, World } from './world.ts'

let world: World
afterEach(() => world.stop())

test('a PUBACK waits until the hub has stored what it decided', async () => {
  const stored = gate()
  world = await new World({ publish: () => stored.promise.then(() => ({ route: 'consume' })) }).start()
  const device = await world.client('device')
  device.send(publish('t', 'x', 1))
  await device.silence()
  stored.open()
  assert.equal((await device.next('puback')).messageId, 1)
})

test('a consumed message is acknowledged and forwarded to nobody', async () => {
  world = await new World({ publish: async () => ({ route: 'consume' }) }).start()
  const device = await world.client('device')
  await device.subscribe(['#', 1])
  device.send(publish('t', 'x', 1))
  await device.next('puback')
  await device.silence()
})

test('a dropped message is acknowledged, forwarded to nobody, and people are told why', async () => {
  world = await new World({ publish: async () => ({ route: 'drop', reason: 'not your topic' }) }).start()
  const device = await world.client('device')
  await device.subscribe(['#', 1])
  device.send(publish('t', 'x', 1))
  await device.next('puback')
  await device.silence()
  assert.match(world.notices.join(), /device at 127\.0\.0\.1 \(tcp\): message to t dropped: not your topic/)
})

test('a forwarded message may get another topic and lose its retain flag', async () => {
  world = await new World({ publish: async () => ({ route: 'forward', topic: 'other', retain: false }) }).start()
  const device = await world.client('device')
  await device.subscribe(['other', 0])
  device.send(publish('t', 'x', 1, { retain: true }))
  const { topic, retain, payload } = await device.next('publish')
  await device.next('puback')
  assert.deepEqual([topic, retain, String(payload)], ['other', false, 'x'])
  assert.equal(world.disk.records('mqttRetained').length, 0)
})

test('a message for an offline session is stored before its publisher gets the PUBACK', async () => {
  world = await new World().start()
  const away = await world.client('away', { clean: false })
  await away.subscribe(['t', 1])
  away.stream.destroy()
  await world.told('away disconnected')
  const stored = gate()
  world.commit = () => stored.promise
  const device = await world.client('device')
  device.send(publish('t', 'x', 1))
  await world.told('device published')
  await device.silence()
  assert.equal(world.disk.records('mqttQueue').length, 1)
  stored.open()
  await device.next('puback')
})

test('messages decided at different speeds are forwarded and acknowledged in the order in which they came', async () => {
  const slow = gate()
  world = await new World({
    publish: async (_connection, { payload }): Promise<PublishVerdict> => {
      world.tell(`asked about ${payload.toString()}`)
      if (payload.toString() === '1') await slow.promise
      return { route: 'forward' }
    },
  }).start()
  const watcher = await world.client('watcher')
  await watcher.subscribe(['t', 0])
  const device = await world.client('device')
  device.send(publish('t', '1', 1, { messageId: 11 }), publish('t', '2', 1, { messageId: 12 }), publish('t', '3', 1, { messageId: 13 }))
  await world.told('asked about 3')
  await watcher.silence()
  slow.open()
  for (const payload of ['1', '2', '3']) assert.equal(String((await watcher.next('publish')).payload), payload)
  for (const id of [11, 12, 13]) assert.equal((await device.next('puback')).messageId, id)
})

test('a publish that the hub closes for ends the connection without its PUBACK but with the earlier ones', async () => {
  world = await new World({
    publish: async (_connection, { topic }) => (topic === 'good' ? { route: 'consume' } : { route: 'close', reason: 'topic is reserved' }),
  }).start()
  const device = await world.client('device')
  device.send(publish('good', '', 1, { messageId: 1 }), publish('bad', '', 1, { messageId: 2 }), publish('good', '', 1, { messageId: 3 }))
  assert.equal((await device.next('puback')).messageId, 1)
  await device.closed
  await assert.rejects(device.next('puback'), /closed/)
  await world.told('device disconnected')
  assert.equal(world.log.at(-1), 'device disconnected FORBIDDEN')
  assert.match(world.notices.join(), /topic is reserved/)
})

test('the hub says how a connection counts as ended that it closes for a publish', async () => {
  world = await new World({ publish: async () => ({ route: 'close', reason: 'too large', as: 'CLIENT_ERROR' }) }).start()
  const device = await world.client('device')
  device.send(publish('t', '', 1))
  await device.closed
  await world.told('device disconnected CLIENT_ERROR')
})

test('a hub that fails over a message ends the connection without a PUBACK and lives on', async () => {
  world = await new World({ publish: () => Promise.reject(new Error('disk full')) }).start()
  const device = await world.client('device')
  device.send(publish('t', '', 1))
  await device.closed
  assert.match(world.notices.join(), /disk full/)
  await world.client('next')
})

test('a commit that fails after forwarding withholds the PUBACK', async () => {
  world = await new World().start()
  const device = await world.client('device')
  world.commit = () => Promise.reject(new Error('disk full'))
  device.send(publish('t', 'x', 1, { retain: true }))
  await device.closed
  await world.told('device disconnected SERVER_INITIATED')
  world.commit = async () => {}
})

test('a will goes through the hub when the connection breaks, and not after DISCONNECT', async () => {
  world = await new World().start()
  const will = { topic: 'gone', payload: Buffer.from('bye'), qos: 1 as const, retain: false }
  const watcher = await world.client('watcher')
  await watcher.subscribe(['gone', 1])
  const polite = await world.client('polite', { will })
  polite.send({ cmd: 'disconnect' })
  await world.told('polite disconnected')
  const broken = await world.client('broken', { will })
  broken.stream.destroy()
  assert.equal(String((await watcher.next('publish')).payload), 'bye')
  assert.deepEqual(world.log.filter((line) => /will|disconnected/.test(line)), ['polite disconnected CLIENT_INITIATED', 'broken will gone', 'broken disconnected CONNECTION_LOST'])
})

test('the will of a client whose publish ends its connection is forwarded, what it sent in between is not', async () => {
  world = await new World({
    publish: async (_connection, { topic }) => (topic === 'bad' ? { route: 'close', reason: 'topic is reserved' } : { route: 'forward' }),
  }).start()
  const watcher = await world.client('watcher')
  await watcher.subscribe(['#', 1])
  const device = await world.client('device', { will: { topic: 'gone', payload: Buffer.from('bye'), qos: 1, retain: false } })
  device.send(publish('bad', ''), publish('late', ''))
  await device.closed
  assert.equal((await watcher.next('publish')).topic, 'gone')
})

test('what a client published right before DISCONNECT still arrives', async () => {
  const stored = gate()
  world = await new World({ publish: () => stored.promise.then(() => ({ route: 'forward' })) }).start()
  const watcher = await world.client('watcher')
  await watcher.subscribe(['t', 0])
  const device = await world.client('device')
  device.send(publish('t', 'x', 0), { cmd: 'disconnect' })
  device.stream.end()
  await watcher.silence()
  stored.open()
  await watcher.next('publish')
  await world.told('device disconnected CLIENT_INITIATED')
})

test('a QoS 2 publish is asked about once, however often it is repeated', async () => {
  world = await new World().start()
  const device = await world.client('device')
  device.send(publish('t', 'x', 2, { messageId: 5 }))
  await device.next('pubrec')
  device.send(publish('t', 'x', 2, { messageId: 5, dup: true }))
  await device.next('pubrec')
  device.send({ cmd: 'pubrel', messageId: 5 })
  await device.next('pubcomp')
  assert.equal(world.log.filter((line) => line === 'device published t').length, 1)
})

test('nobody else’s dialect sees a message', async () => {
  world = await new World({ session: (request) => ({ dialect: request.clientId, session: 'same' }) }).start()
  const one = await world.client('one')
  const two = await world.client('two')
  await one.subscribe(['#', 0])
  await two.subscribe(['#', 0])
  one.send(publish('t', 'x'))
  await one.next('publish')
  await two.silence()
})

test('a server’s message to a topic that cannot be is refused', async () => {
  world = await new World().start()
  await assert.rejects(world.broker.publish('aws', { topic: 'a/+', payload: '', qos: 0 }), { code: 'INVALID' })
})

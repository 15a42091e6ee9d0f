import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import type { PublishVerdict } from '../../src/core/seam/mqtt.ts'
import { gate, publish, BrokerFixture } from './broker-fixture.ts'

let fixture: BrokerFixture
afterEach(() => fixture.stop())

test('a PUBACK waits until the hub has stored what it decided', async () => {
  const stored = gate()
  fixture = await new BrokerFixture({ publish: () => stored.promise.then(() => ({ route: 'consume' })) }).start()
  const device = await fixture.client('device')
  device.send(publish('t', 'x', 1))
  await device.silence()
  stored.open()
  assert.equal((await device.next('puback')).messageId, 1)
})

test('a consumed message is acknowledged and forwarded to nobody', async () => {
  fixture = await new BrokerFixture({ publish: async () => ({ route: 'consume' }) }).start()
  const device = await fixture.client('device')
  await device.subscribe(['#', 1])
  device.send(publish('t', 'x', 1))
  await device.next('puback')
  await device.silence()
})

test('a dropped message is acknowledged, forwarded to nobody, and people are told why', async () => {
  fixture = await new BrokerFixture({ publish: async () => ({ route: 'drop', reason: 'not your topic' }) }).start()
  const device = await fixture.client('device')
  await device.subscribe(['#', 1])
  device.send(publish('t', 'x', 1))
  await device.next('puback')
  await device.silence()
  assert.match(fixture.notices.join(), /device at 127\.0\.0\.1 \(tcp\): message to t dropped: not your topic/)
})

test('a forwarded message may get another topic and lose its retain flag', async () => {
  fixture = await new BrokerFixture({
    publish: async () => ({ route: 'forward', topic: 'other', retain: false }),
  }).start()
  const device = await fixture.client('device')
  await device.subscribe(['other', 0])
  device.send(publish('t', 'x', 1, { retain: true }))
  const { topic, retain, payload } = await device.next('publish')
  await device.next('puback')
  assert.deepEqual([topic, retain, String(payload)], ['other', false, 'x'])
  assert.equal(fixture.disk.records('mqttRetained').length, 0)
})

test('a message for an offline session is stored before its publisher gets the PUBACK', async () => {
  fixture = await new BrokerFixture().start()
  const away = await fixture.client('away', { clean: false })
  await away.subscribe(['t', 1])
  away.stream.destroy()
  await fixture.told('away disconnected')
  const stored = gate()
  fixture.commit = () => stored.promise
  const device = await fixture.client('device')
  device.send(publish('t', 'x', 1))
  await fixture.told('device published')
  await device.silence()
  assert.equal(fixture.disk.records('mqttQueue').length, 1)
  stored.open()
  await device.next('puback')
})

test('messages decided at different speeds are forwarded and acknowledged in the order in which they came', async () => {
  const slow = gate()
  fixture = await new BrokerFixture({
    publish: async (_connection, { payload }): Promise<PublishVerdict> => {
      fixture.tell(`asked about ${payload.toString()}`)
      if (payload.toString() === '1') await slow.promise
      return { route: 'forward' }
    },
  }).start()
  const watcher = await fixture.client('watcher')
  await watcher.subscribe(['t', 0])
  const device = await fixture.client('device')
  device.send(
    publish('t', '1', 1, { messageId: 11 }),
    publish('t', '2', 1, { messageId: 12 }),
    publish('t', '3', 1, { messageId: 13 }),
  )
  await fixture.told('asked about 3')
  await watcher.silence()
  slow.open()
  for (const payload of ['1', '2', '3']) assert.equal(String((await watcher.next('publish')).payload), payload)
  for (const id of [11, 12, 13]) assert.equal((await device.next('puback')).messageId, id)
})

test('a publish that the hub closes for ends the connection without its PUBACK but with the earlier ones', async () => {
  fixture = await new BrokerFixture({
    publish: async (_connection, { topic }) =>
      topic === 'good' ? { route: 'consume' } : { route: 'close', reason: 'topic is reserved' },
  }).start()
  const device = await fixture.client('device')
  device.send(
    publish('good', '', 1, { messageId: 1 }),
    publish('bad', '', 1, { messageId: 2 }),
    publish('good', '', 1, { messageId: 3 }),
  )
  assert.equal((await device.next('puback')).messageId, 1)
  await device.closed
  await assert.rejects(device.next('puback'), /closed/)
  await fixture.told('device disconnected')
  assert.equal(fixture.log.at(-1), 'device disconnected FORBIDDEN')
  assert.match(fixture.notices.join(), /topic is reserved/)
})

test('the hub says how a connection counts as ended that it closes for a publish', async () => {
  fixture = await new BrokerFixture({
    publish: async () => ({ route: 'close', reason: 'too large', as: 'CLIENT_ERROR' }),
  }).start()
  const device = await fixture.client('device')
  device.send(publish('t', '', 1))
  await device.closed
  await fixture.told('device disconnected CLIENT_ERROR')
})

test('a hub that fails over a message ends the connection without a PUBACK and lives on', async () => {
  fixture = await new BrokerFixture({ publish: () => Promise.reject(new Error('disk full')) }).start()
  const device = await fixture.client('device')
  device.send(publish('t', '', 1))
  await device.closed
  assert.match(fixture.notices.join(), /disk full/)
  await fixture.client('next')
})

test('a commit that fails after forwarding withholds the PUBACK', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device')
  fixture.commit = () => Promise.reject(new Error('disk full'))
  device.send(publish('t', 'x', 1, { retain: true }))
  await device.closed
  await fixture.told('device disconnected SERVER_INITIATED')
  fixture.commit = async () => {}
})

test('a will goes through the hub when the connection breaks, and not after DISCONNECT', async () => {
  fixture = await new BrokerFixture().start()
  const will = { topic: 'gone', payload: Buffer.from('bye'), qos: 1 as const, retain: false }
  const watcher = await fixture.client('watcher')
  await watcher.subscribe(['gone', 1])
  const polite = await fixture.client('polite', { will })
  polite.send({ cmd: 'disconnect' })
  await fixture.told('polite disconnected')
  const broken = await fixture.client('broken', { will })
  broken.stream.destroy()
  assert.equal(String((await watcher.next('publish')).payload), 'bye')
  assert.deepEqual(
    fixture.log.filter((line) => /will|disconnected/.test(line)),
    ['polite disconnected CLIENT_INITIATED', 'broken will gone', 'broken disconnected CONNECTION_LOST'],
  )
})

test('the will of a client whose publish ends its connection is forwarded, what it sent in between is not', async () => {
  fixture = await new BrokerFixture({
    publish: async (_connection, { topic }) =>
      topic === 'bad' ? { route: 'close', reason: 'topic is reserved' } : { route: 'forward' },
  }).start()
  const watcher = await fixture.client('watcher')
  await watcher.subscribe(['#', 1])
  const device = await fixture.client('device', {
    will: { topic: 'gone', payload: Buffer.from('bye'), qos: 1, retain: false },
  })
  device.send(publish('bad', ''), publish('late', ''))
  await device.closed
  assert.equal((await watcher.next('publish')).topic, 'gone')
})

test('what a client published right before DISCONNECT still arrives', async () => {
  const stored = gate()
  fixture = await new BrokerFixture({ publish: () => stored.promise.then(() => ({ route: 'forward' })) }).start()
  const watcher = await fixture.client('watcher')
  await watcher.subscribe(['t', 0])
  const device = await fixture.client('device')
  device.send(publish('t', 'x', 0), { cmd: 'disconnect' })
  device.stream.end()
  await watcher.silence()
  stored.open()
  await watcher.next('publish')
  await fixture.told('device disconnected CLIENT_INITIATED')
})

test('a QoS 2 publish is asked about once, however often it is repeated', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device')
  device.send(publish('t', 'x', 2, { messageId: 5 }))
  await device.next('pubrec')
  device.send(publish('t', 'x', 2, { messageId: 5, dup: true }))
  await device.next('pubrec')
  device.send({ cmd: 'pubrel', messageId: 5 })
  await device.next('pubcomp')
  assert.equal(fixture.log.filter((line) => line === 'device published t').length, 1)
})

test('nobody else’s dialect sees a message', async () => {
  fixture = await new BrokerFixture({ session: (request) => ({ dialect: request.clientId, session: 'same' }) }).start()
  const one = await fixture.client('one')
  const two = await fixture.client('two')
  await one.subscribe(['#', 0])
  await two.subscribe(['#', 0])
  one.send(publish('t', 'x'))
  await one.next('publish')
  await two.silence()
})

test('a server’s message to a topic that cannot be is refused', async () => {
  fixture = await new BrokerFixture().start()
  await assert.rejects(fixture.broker.publish('aws', { topic: 'a/+', payload: '', qos: 0 }), { code: 'INVALID' })
})

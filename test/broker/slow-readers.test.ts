import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { publish, BrokerFixture } from './broker-fixture.ts'

let fixture: BrokerFixture
afterEach(() => fixture.stop())

test('the PUBACK and the reply to a message leave in one piece', async () => {
  fixture = await new BrokerFixture({
    publish: async (connection, { topic }) => {
      const committed = new Promise((resolve) => setImmediate(resolve))
      setImmediate(() => fixture.broker.send(connection.id, { topic: `${topic}/reply`, payload: 'x', qos: 1 }))
      await committed
      return { route: 'consume' }
    },
  }).start()
  const device = await fixture.client('device')
  device.chunks.length = 0
  device.send(publish('t', 'x', 1))
  await device.next('puback')
  await device.next('publish')
  assert.equal(device.chunks.length, 1)
})

test('a client that does not read holds nobody up and is given up when too much waits for it', async () => {
  fixture = await new BrokerFixture().start({ bufferBytes: 200_000 })
  const frozen = await fixture.client('frozen')
  await frozen.subscribe(['t', 0])
  const lively = await fixture.client('lively')
  await lively.subscribe(['t', 0])
  frozen.stream.pause()
  const payload = 'x'.repeat(50_000)
  let sent = 0
  while (!fixture.log.some((line) => line.startsWith('frozen disconnected'))) {
    await fixture.broker.publish('aws', { topic: 't', payload, qos: 0 })
    assert.equal((await lively.next('publish')).payload.length, payload.length)
    assert.ok((sent += 1) < 2000, 'the buffers of the operating system are not that large')
  }
  assert.ok(fixture.log.includes('frozen disconnected SERVER_INITIATED'))
  assert.match(fixture.notices.join(), /frozen.*does not read: more than 200000 bytes are waiting/)
})

test('a client that has read nothing for too long is given up, however little waits for it', async () => {
  fixture = await new BrokerFixture().start({ bufferBytes: 100_000_000, stallMs: 100 })
  const frozen = await fixture.client('frozen')
  frozen.stream.pause()
  const { id } = fixture.connection('frozen')
  for (let i = 0; i < 400; i++) fixture.broker.send(id, { topic: 't', payload: 'x'.repeat(50_000), qos: 0 })
  await fixture.told('frozen disconnected SERVER_INITIATED')
  assert.match(fixture.notices.join(), /frozen.*read nothing for 100 ms/)
})

test('a client that does not read its answers is not read from', async () => {
  let asked = 0
  fixture = await new BrokerFixture({
    publish: async (connection, { topic }) => {
      asked += 1
      fixture.broker.send(connection.id, { topic, payload: 'x'.repeat(50_000), qos: 0 })
      return { route: 'consume' }
    },
  }).start({ bufferBytes: 1_000_000_000 })
  const count = 1000
  const greedy = await fixture.client('greedy')
  greedy.stream.pause()
  for (let i = 0; i < count; i++) greedy.send(publish('t', 'x'.repeat(1000), 1))
  const watcher = await fixture.client('watcher')
  for (let before = -1; before !== asked;) {
    before = asked
    for (let i = 0; i < 20; i++) await watcher.silence()
  }
  assert.ok(asked < count, `${asked} requests were taken from a client that reads no answers`)
  greedy.stream.resume()
  const got = { publish: 0, puback: 0 }
  while (got.publish + got.puback < 2 * count) got[(await greedy.any()).cmd as keyof typeof got] += 1
  assert.deepEqual(got, { publish: count, puback: count })
})

test('a stored session that acknowledges nothing keeps its messages in the store, not in the socket', async () => {
  fixture = await new BrokerFixture().start({ bufferBytes: 200_000 })
  const device = await fixture.client('device', { clean: false })
  await device.subscribe(['t', 1])
  for (let i = 0; i < 300; i++) await fixture.broker.publish('aws', { topic: 't', payload: 'x'.repeat(1000), qos: 1 })
  for (let i = 0; i < 100; i++) await device.next('publish')
  await device.silence()
  assert.equal(fixture.disk.records('mqttQueue').length, 300)
})

test('a stored session gets all that waited for it, although it is more than a connection may hold', async () => {
  fixture = await new BrokerFixture().start({ bufferBytes: 2_000_000 })
  const before = await fixture.client('device', { clean: false })
  await before.subscribe(['t', 1])
  before.stream.destroy()
  await fixture.told('device disconnected')
  const payload = 'x'.repeat(100_000)
  for (let i = 0; i < 60; i++) await fixture.broker.publish('aws', { topic: 't', payload, qos: 1 })
  const device = await fixture.client('device', { clean: false })
  for (let i = 0; i < 60; i++) {
    const { messageId = 0 } = await device.next('publish')
    device.send({ cmd: 'puback', messageId })
  }
  await device.silence()
  assert.equal(fixture.disk.records('mqttQueue').length, 0)
})

test('retained messages come no faster than they are read, however many there are', async () => {
  fixture = await new BrokerFixture().start({ bufferBytes: 2_000_000 })
  const payload = 'x'.repeat(100_000)
  for (let i = 0; i < 60; i++) await fixture.broker.publish('aws', { topic: `t/${i}`, payload, qos: 1, retain: true })
  for (const qos of [0, 1] as const) {
    const device = await fixture.client(`device-${qos}`)
    await device.subscribe(['t/+', qos])
    for (let i = 0; i < 60; i++) assert.equal((await device.next('publish')).topic, `t/${i}`)
  }
})

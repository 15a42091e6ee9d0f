import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { connectPacket, gate, publish, BrokerFixture } from './broker-fixture.ts'

let fixture: BrokerFixture
afterEach(() => fixture.stop())

test('the SUBACK says what the hub granted, filter by filter, not what was asked for', async () => {
  fixture = await new BrokerFixture({
    subscribe: (_connection, filter, qos) =>
      filter === 'secret' ? { refuse: 'not yours' } : { grant: qos === 0 ? 0 : 1 },
  }).start()
  const device = await fixture.client('device')
  assert.deepEqual((await device.subscribe(['a', 2], ['secret', 1], ['b', 0], ['a', 1])).granted, [1, 128, 0, 1])
  assert.deepEqual(
    [...fixture.connection('device').subscriptions],
    [
      ['a', 1],
      ['b', 0],
    ],
  )
  assert.match(fixture.notices.join(), /subscription to secret refused: not yours/)
  assert.ok(fixture.log.includes('device subscribed a:1 b:0 a:1'))
})

test('a refused filter is not stored, even beside granted ones', async () => {
  fixture = await new BrokerFixture({
    subscribe: (_connection, filter) => (filter === 'secret' ? { refuse: 'no' } : { grant: 1 }),
  }).start()
  const device = await fixture.client('device', { clean: false })
  await device.subscribe(['a', 1], ['secret', 1])
  assert.deepEqual(fixture.disk.records('mqttSubscriptions'), [{ session: 'aws/device', filter: 'a', qos: 1 }])
})

test('a subscription may lead elsewhere without the client learning of it', async () => {
  fixture = await new BrokerFixture({
    subscribe: (_connection, filter) => ({ grant: 1, filter: `own/${filter}` }),
  }).start()
  const device = await fixture.client('device')
  await device.subscribe(['a', 1])
  await fixture.broker.publish('aws', { topic: 'a', payload: 'not this', qos: 0 })
  await fixture.broker.publish('aws', { topic: 'own/a', payload: 'this', qos: 0 })
  assert.equal(String((await device.next('publish')).payload), 'this')
  device.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: ['a'] })
  await device.next('unsuback')
  await fixture.broker.publish('aws', { topic: 'own/a', payload: 'gone', qos: 0 })
  await device.silence()
})

test('two filters that lead to the same place are one subscription until both are gone', async () => {
  fixture = await new BrokerFixture({
    subscribe: (_connection, _filter, qos) => ({ grant: qos === 0 ? 0 : 1, filter: 'place' }),
  }).start()
  const device = await fixture.client('device')
  await device.subscribe(['a', 1], ['b', 0])
  device.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: ['a'] })
  await device.next('unsuback')
  await fixture.broker.publish('aws', { topic: 'place', payload: '', qos: 1 })
  assert.equal((await device.next('publish')).qos, 0)
  await device.silence()
})

test('a subscription may end the connection', async () => {
  fixture = await new BrokerFixture({ subscribe: () => ({ close: 'this cloud hangs up' }) }).start()
  const device = await fixture.client('device')
  device.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 0 }] })
  await device.closed
  await fixture.told('device disconnected FORBIDDEN')
  assert.match(fixture.notices.join(), /this cloud hangs up/)
})

test('a filter that is none ends the connection', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device')
  device.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a/#/b', qos: 0 }] })
  await device.closed
  await fixture.told('device disconnected CLIENT_ERROR')
})

test('a request sent along with SUBSCRIBE finds the subscription in force, even while it is being stored', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device', { clean: false })
  const stored = gate()
  fixture.commit = () => stored.promise
  device.send(
    { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'reply', qos: 0 }] },
    publish('reply', 'to myself'),
  )
  assert.equal(String((await device.next('publish')).payload), 'to myself')
  stored.open()
  await device.next('suback')
})

test('what a client sends along with CONNECT waits for the verdict and is done then', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.raw()
  device.send(
    connectPacket('device'),
    ...Array.from({ length: 100 }, (_, i) => ({
      cmd: 'subscribe' as const,
      messageId: i + 1,
      subscriptions: [{ topic: `t/${i}`, qos: 1 as const }],
    })),
    publish('t/99', 'x'),
  )
  await device.next('connack')
  for (let i = 0; i < 100; i++) await device.next('suback')
  await device.next('publish')
})

test('a SUBACK for a stored session waits until the subscription is stored', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device', { clean: false })
  const stored = gate()
  fixture.commit = () => stored.promise
  device.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 1 }] })
  await device.silence()
  stored.open()
  await device.next('suback')
})

test('overlapping subscriptions bring one copy, at the best of their QoS', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device')
  await device.subscribe(['#', 0], ['a/+', 1], ['a/b', 0])
  await fixture.broker.publish('aws', { topic: 'a/b', payload: '', qos: 1 })
  assert.equal((await device.next('publish')).qos, 1)
  await device.silence()
})

test('wildcards at the beginning do not reach topics that begin with a dollar', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device')
  await device.subscribe(['#', 0], ['+/a', 0])
  await fixture.broker.publish('aws', { topic: '$aws/a', payload: '', qos: 0 })
  await device.silence()
})

test('a retained message is shown to new subscriptions, follows its topic’s last value, and goes with an empty one', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device')
  device.send(publish('a/b', '1', 1, { retain: true }))
  await device.next('puback')
  device.send(publish('a/b', '2', 1, { retain: true }))
  await device.next('puback')
  await device.subscribe(['a/+', 1])
  const shown = await device.next('publish')
  assert.deepEqual([String(shown.payload), shown.retain, shown.qos], ['2', true, 1])
  device.send(publish('a/b', '', 1, { retain: true }))
  assert.equal((await device.next('publish')).retain, false)
  await device.next('puback')
  await device.subscribe(['a/b', 1])
  await device.silence()
})

test('the hub may keep messages from a subscriber', async () => {
  fixture = await new BrokerFixture({
    mayDeliver: (_connection, topic, retained) => topic !== 'parent' && !retained,
  }).start()
  await fixture.broker.publish('aws', { topic: 'parent/child', payload: 'old', qos: 0, retain: true })
  const device = await fixture.client('device')
  await device.subscribe(['parent/#', 0])
  await fixture.broker.publish('aws', { topic: 'parent', payload: 'no', qos: 0 })
  await fixture.broker.publish('aws', { topic: 'parent/child', payload: 'yes', qos: 0 })
  assert.equal(String((await device.next('publish')).payload), 'yes')
})

test('the hub may subscribe a client to something, unasked', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device', { clean: false })
  await fixture.broker.subscribe(fixture.connection('device').id, [{ filter: 'sys/+', qos: 1 }])
  await fixture.broker.publish('aws', { topic: 'sys/a', payload: '', qos: 1 })
  assert.equal((await device.next('publish')).qos, 1)
  assert.equal(fixture.disk.records('mqttSubscriptions').length, 1)
})

test('a message to one connection arrives subscribed or not, as-subscribed at the QoS of the best filter', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device')
  const { id } = fixture.connection('device')
  const send = (topic: string): boolean => fixture.broker.send(id, { topic, payload: topic, qos: 'as-subscribed' })
  send('reply/1')
  assert.equal((await device.next('publish')).qos, 0)
  await device.subscribe(['#', 0], ['reply/+', 1])
  send('reply/1')
  assert.equal((await device.next('publish')).qos, 1)
  send('other')
  assert.equal((await device.next('publish')).qos, 0)
  assert.equal(fixture.broker.send('nobody', { topic: 'a', payload: '', qos: 0 }), false)
})

test('the acknowledgement of a tracked message is told once', async () => {
  fixture = await new BrokerFixture().start()
  for (const clean of [true, false]) {
    const device = await fixture.client(`clean ${clean}`, { clean })
    fixture.broker.send(fixture.connection(`clean ${clean}`).id, { topic: 'a', payload: '', qos: 1 }, 'command 1')
    const { messageId = 0 } = await device.next('publish')
    device.send({ cmd: 'puback', messageId }, { cmd: 'puback', messageId })
    await device.silence()
    assert.equal(fixture.log.filter((line) => line === `clean ${clean} acknowledged command 1`).length, 1)
  }
  assert.equal(fixture.disk.records('mqttQueue').length, 0)
})

test('what is unsubscribed no longer comes, and the hub is told', async () => {
  fixture = await new BrokerFixture().start()
  for (const clean of [true, false]) {
    const device = await fixture.client(`clean ${clean}`, { clean })
    await device.subscribe(['a', 1], ['b', 1])
    device.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: ['a'] })
    await device.next('unsuback')
    await fixture.told(`clean ${clean} unsubscribed a`)
    assert.deepEqual([...fixture.connection(`clean ${clean}`).subscriptions.keys()], ['b'])
    await fixture.broker.publish('aws', { topic: 'a', payload: '', qos: 1 })
    await device.silence()
  }
  assert.deepEqual(fixture.disk.records('mqttSubscriptions'), [{ session: 'aws/clean false', filter: 'b', qos: 1 }])
})

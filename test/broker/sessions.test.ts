import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { publish, BrokerFixture, type Raw } from './broker-fixture.ts'

let fixture: BrokerFixture
afterEach(() => fixture.stop())

/** The same store, found by another process after a kill. */
async function restart(
  before: BrokerFixture,
  hooks: ConstructorParameters<typeof BrokerFixture>[0] = {},
): Promise<BrokerFixture> {
  const disk = before.disk.reread()
  await before.stop()
  const after = new BrokerFixture(hooks, disk)
  after.now = before.now
  return after.start()
}

const texts = async (client: Raw, count: number): Promise<string[]> => {
  const found: string[] = []
  for (let i = 0; i < count; i++) {
    const { payload, dup, messageId = 0, qos } = await client.next('publish')
    found.push(`${String(payload)}${dup ? ' again' : ''}`)
    if (qos === 1) client.send({ cmd: 'puback', messageId })
  }
  return found
}

async function away(name = 'device', filters: [string, 0 | 1][] = [['t', 1]]): Promise<void> {
  const device = await fixture.client(name, { clean: false })
  await device.subscribe(...filters)
  device.stream.destroy()
  await fixture.told(`${name} disconnected`)
}

const resume = async (name = 'device'): Promise<{ client: Raw; present: boolean }> => {
  const client = await fixture.raw()
  client.send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: false, clientId: name, keepalive: 0 })
  return { client, present: (await client.next('connack')).sessionPresent }
}

test('messages for a session that is away are kept, QoS 1 only, and come in order when it is back', async () => {
  fixture = await new BrokerFixture().start()
  await away()
  for (const [payload, qos] of [
    ['1', 1],
    ['lost', 0],
    ['2', 1],
    ['3', 1],
  ] as const)
    await fixture.broker.publish('aws', { topic: 't', payload, qos })
  const { client, present } = await resume()
  assert.equal(present, true)
  assert.deepEqual(await texts(client, 3), ['1', '2', '3'])
  await client.silence()
  assert.equal(fixture.disk.records('mqttQueue').length, 0)
})

test('sessions, subscriptions, queues and retained messages survive the hub', async () => {
  fixture = await new BrokerFixture().start()
  await away()
  await fixture.broker.publish('aws', { topic: 't', payload: Buffer.from([0xff, 0x00]), qos: 1 })
  await fixture.broker.publish('aws', { topic: 'kept', payload: 'é', qos: 1, retain: true })
  fixture = await restart(fixture)
  await fixture.broker.publish('aws', { topic: 't', payload: 'after', qos: 1 })
  const { client, present } = await resume()
  assert.equal(present, true)
  const first = await client.next('publish')
  assert.deepEqual([...(first.payload as Buffer)], [0xff, 0x00])
  assert.equal(first.dup, false)
  assert.deepEqual(await texts(client, 1), ['after'])
  await client.subscribe(['kept', 1])
  assert.deepEqual(await texts(client, 1), ['é'])
})

test('what was sent but not acknowledged comes again with DUP and its identifier, before what was never sent', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device', { clean: false })
  await device.subscribe(['t', 1])
  await fixture.broker.publish('aws', { topic: 't', payload: '1', qos: 1 })
  const { messageId } = await device.next('publish')
  device.stream.destroy()
  await fixture.told('device disconnected')
  await fixture.broker.publish('aws', { topic: 't', payload: '2', qos: 1 })
  const again = (await resume()).client
  const repeated = await again.next('publish')
  assert.deepEqual([String(repeated.payload), repeated.dup, repeated.messageId], ['1', true, messageId])
  const fresh = await again.next('publish')
  assert.deepEqual([String(fresh.payload), fresh.dup], ['2', false])
  fixture = await restart(fixture)
  assert.deepEqual(await texts((await resume()).client, 2), ['1 again', '2 again'])
})

test('a live message does not overtake those that wait', async () => {
  fixture = await new BrokerFixture().start()
  await away()
  for (let i = 0; i < 250; i++) await fixture.broker.publish('aws', { topic: 't', payload: String(i), qos: 1 })
  const { client } = await resume()
  await fixture.broker.publish('aws', { topic: 't', payload: 'live', qos: 1 })
  assert.deepEqual(await texts(client, 251), [...Array.from({ length: 250 }, (_, i) => String(i)), 'live'])
})

test('no more than 100 messages are on their way unacknowledged', async () => {
  fixture = await new BrokerFixture().start()
  await away()
  for (let i = 0; i < 101; i++) await fixture.broker.publish('aws', { topic: 't', payload: String(i), qos: 1 })
  const { client } = await resume()
  let last = 0
  for (let i = 0; i < 100; i++) last = (await client.next('publish')).messageId ?? 0
  await client.silence()
  client.send({ cmd: 'puback', messageId: last })
  assert.equal(String((await client.next('publish')).payload), '100')
})

test('a queued message costs one record in and one out, whatever else waits', async () => {
  fixture = await new BrokerFixture().start()
  await away()
  for (let i = 0; i < 50; i++) await fixture.broker.publish('aws', { topic: 't', payload: String(i), qos: 1 })
  const { changes } = fixture.disk
  changes.length = 0
  await fixture.broker.publish('aws', { topic: 't', payload: 'one more', qos: 1 })
  assert.deepEqual(changes, ['+ mqttQueue 51/aws/device'])
  const { client } = await resume()
  await texts(client, 51)
  await client.silence()
  assert.equal(changes.filter((change) => change.startsWith('- mqttQueue')).length, 51)
  assert.ok(changes.filter((change) => change.startsWith('+ mqttSessions')).length <= 3)
})

test('a clean session wipes the stored one', async () => {
  fixture = await new BrokerFixture().start()
  await away()
  await fixture.broker.publish('aws', { topic: 't', payload: 'old', qos: 1 })
  const clean = await fixture.client('device')
  await clean.silence()
  for (const table of ['mqttSessions', 'mqttSubscriptions', 'mqttQueue'])
    assert.deepEqual(fixture.disk.records(table), [])
  clean.stream.destroy()
  assert.equal((await resume()).present, false)
})

test('a stored session is present even if it has no subscriptions', async () => {
  fixture = await new BrokerFixture().start()
  const first = await fixture.client('device', { clean: false })
  first.stream.destroy()
  await fixture.told('device disconnected')
  assert.equal((await resume()).present, true)
})

test('the CONNACK of a new stored session waits until it is stored', async () => {
  fixture = await new BrokerFixture().start()
  let commits = 0
  let release = (): void => {}
  fixture.commit = () => {
    commits += 1
    return new Promise((resolve) => (release = resolve))
  }
  const raw = await fixture.raw()
  raw.send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: false, clientId: 'device', keepalive: 0 })
  const connack = raw.next('connack')
  const other = await fixture.client('other')
  await other.silence()
  assert.equal(commits, 1)
  fixture.commit = async () => {}
  release()
  assert.equal((await connack).sessionPresent, false)
})

test('a session that is restored is asked about again, and loses what is no longer granted', async () => {
  fixture = await new BrokerFixture().start()
  await away('device', [
    ['a', 1],
    ['b', 1],
  ])
  fixture = await restart(fixture, {
    subscribe: (_connection, filter) => (filter === 'a' ? { refuse: 'no more' } : { grant: 0 }),
  })
  const { client } = await resume()
  await fixture.told('device connected')
  await fixture.broker.publish('aws', { topic: 'a', payload: 'no', qos: 1 })
  await fixture.broker.publish('aws', { topic: 'b', payload: 'yes', qos: 1 })
  assert.equal((await client.next('publish')).qos, 0)
  await client.silence()
  assert.deepEqual(fixture.disk.records('mqttSubscriptions'), [{ session: 'aws/device', filter: 'b', qos: 0 }])
})

test('a session is wiped when its time without a connection is over, not before and not while it has one', async () => {
  fixture = await new BrokerFixture().start({ limits: () => ({ sessionMs: 1000 }) })
  assert.equal(fixture.broker.nextExpiry(), undefined)
  await away('gone')
  fixture.now += 400
  await away('later')
  const here = await fixture.client('here', { clean: false })
  assert.equal(fixture.broker.nextExpiry(), 1_001_000)
  await fixture.broker.expireSessions(1_000_999)
  assert.equal(fixture.disk.records('mqttSessions').length, 3)
  await fixture.broker.expireSessions(1_001_000)
  assert.deepEqual(fixture.disk.records('mqttSubscriptions'), [{ session: 'aws/later', filter: 't', qos: 1 }])
  assert.equal(fixture.broker.nextExpiry(), 1_001_400)
  await fixture.broker.expireSessions(9_000_000)
  assert.equal(fixture.disk.records('mqttSessions').length, 1)
  await here.silence()
  assert.equal(fixture.broker.nextExpiry(), undefined)
})

test('the time without a connection goes on counting over a restart, and begins with it where a kill ended the connection', async () => {
  fixture = await new BrokerFixture().start({ limits: () => ({ sessionMs: 1000 }) })
  await away('device')
  const here = await fixture.client('here', { clean: false })
  await here.silence()
  const disk = fixture.disk.reread()
  await fixture.stop()
  fixture = new BrokerFixture({}, disk)
  fixture.now = 1_000_700
  await fixture.start({ limits: () => ({ sessionMs: 1000 }) })
  assert.equal(fixture.broker.nextExpiry(), 1_001_000)
  await fixture.broker.expireSessions(1_001_000)
  assert.equal(fixture.broker.nextExpiry(), 1_001_700)
})

test('messages that are too old are dropped, waiting or on their way', async () => {
  fixture = await new BrokerFixture().start({ limits: () => ({ sessionMs: 1e9, messageMs: 1000 }) })
  await away()
  await fixture.broker.publish('aws', { topic: 't', payload: 'old', qos: 1 })
  fixture.now += 600
  await fixture.broker.publish('aws', { topic: 't', payload: 'young', qos: 1 })
  assert.equal(fixture.broker.nextExpiry(), 1_001_000)
  await fixture.broker.expireSessions(1_001_000)
  const { client } = await resume()
  assert.deepEqual(await texts(client, 1), ['young'])
  await client.silence()
  fixture.broker.send(fixture.connection('device').id, { topic: 'x', payload: 'unacknowledged', qos: 1 })
  await client.next('publish')
  await fixture.broker.expireSessions(fixture.now + 1000)
  assert.equal(fixture.disk.records('mqttQueue').length, 0)
})

test('a message that its subscriber may not have is not kept for later either', async () => {
  fixture = await new BrokerFixture({ mayDeliver: (_connection, topic) => topic !== 't' }).start()
  await away('device', [['#', 1]])
  await fixture.broker.publish('aws', { topic: 't', payload: 'no', qos: 1 })
  await fixture.broker.publish('aws', { topic: 'u', payload: 'yes', qos: 1 })
  const { client } = await resume()
  assert.deepEqual(await texts(client, 1), ['yes'])
  await client.silence()
  assert.equal(fixture.disk.records('mqttQueue').length, 0)
})

test('names of prototypes are ordinary session names and filters', async () => {
  fixture = await new BrokerFixture().start()
  for (const name of ['__proto__', 'constructor', 'hasOwnProperty']) {
    await away(name, [[name, 1]])
    await fixture.broker.publish('aws', { topic: name, payload: name, qos: 1 })
  }
  fixture = await restart(fixture)
  for (const name of ['__proto__', 'constructor', 'hasOwnProperty']) {
    const { client, present } = await resume(name)
    assert.equal(present, true)
    assert.deepEqual(await texts(client, 1), [name])
  }
})

test('a publisher that is its own stored subscriber gets its message once', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device', { clean: false })
  await device.subscribe(['t', 1])
  device.send(publish('t', 'x', 1))
  await device.next('publish')
  await device.next('puback')
  await device.silence()
})

test('what waits for a session can be taken back by topic, for good; the rest comes in order', async () => {
  fixture = await new BrokerFixture().start()
  await away('device', [['jobs/#', 1]])
  for (const topic of ['jobs/1/offer', 'jobs/2/offer', 'jobs/1/offer/late', 'jobs/3/offer'])
    await fixture.broker.publish('aws', { topic, payload: topic, qos: 1 })
  await fixture.broker.withdraw('aws', 'device', 'jobs/1/#')
  await fixture.broker.withdraw('aws', 'nobody', '#')
  fixture = await restart(fixture)
  const { client } = await resume()
  assert.deepEqual(await texts(client, 2), ['jobs/2/offer', 'jobs/3/offer'])
  await client.silence()
})

test('what a live connection has been sent stays sent: it can be acknowledged after it was taken back', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device', { clean: false })
  await device.subscribe(['t', 1])
  await fixture.broker.publish('aws', { topic: 't', payload: 'now', qos: 1 })
  const { messageId = 0 } = await device.next('publish')
  await fixture.broker.withdraw('aws', 'device', 't')
  assert.equal(fixture.disk.records('mqttQueue').length, 1)
  device.send({ cmd: 'puback', messageId })
  await device.silence()
  assert.equal(fixture.disk.records('mqttQueue').length, 0)
})

test('a session that is withdrawn as a whole leaves nothing behind', async () => {
  fixture = await new BrokerFixture().start()
  await away()
  await fixture.broker.publish('aws', { topic: 't', payload: '1', qos: 1 })
  await fixture.broker.withdraw('aws', 'device')
  for (const table of ['mqttSessions', 'mqttSubscriptions', 'mqttQueue'])
    assert.deepEqual(fixture.disk.records(table), [], table)
  assert.equal((await resume()).present, false)
})

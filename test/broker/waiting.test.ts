import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { WAITING_LIMITS, type WaitingLimits } from '../../src/broker/session/waiting.ts'
import { Disk, publish, BrokerFixture, type Raw } from './broker-fixture.ts'

let fixture: BrokerFixture
afterEach(() => fixture.stop())

/** Clients whose ids begin with `d` stand for the device before the first dash. */
const hooks: ConstructorParameters<typeof BrokerFixture>[0] = {
  connect: async ({ clientId }) => {
    const [device = ''] = clientId.split('-')
    return { accept: true, identity: { principal: 'test', ...(device.startsWith('d') && { device: `aws/${device}` }) } }
  },
}

interface Bounds extends Omit<Partial<WaitingLimits>, 'session' | 'strangers'> {
  session?: Partial<WaitingLimits['session']>
  strangers?: Partial<WaitingLimits['strangers']>
}

const start = ({ session, strangers, ...more }: Bounds = {}, disk = new Disk()): Promise<BrokerFixture> =>
  new BrokerFixture(hooks, disk).start({
    waiting: {
      ...WAITING_LIMITS,
      session: { ...WAITING_LIMITS.session, ...session },
      strangers: { ...WAITING_LIMITS.strangers, ...strangers },
      ...more,
    },
  })

/** The same store, found by another process after a kill. */
async function restart(bounds: Bounds = {}): Promise<void> {
  const disk = fixture.disk.reread()
  const { now } = fixture
  await fixture.stop()
  fixture = new BrokerFixture(hooks, disk)
  fixture.now = now
  await fixture.start({ waiting: { ...WAITING_LIMITS, ...(bounds as Partial<WaitingLimits>) } })
}

async function away(name: string, filter = 't'): Promise<void> {
  const client = await fixture.client(name, { clean: false })
  await client.subscribe([filter, 1])
  client.send({ cmd: 'disconnect' })
  await fixture.told(`${name} disconnected`)
  fixture.now += 1
}

const resume = async (name: string): Promise<{ client: Raw; present: boolean }> => {
  const client = await fixture.raw()
  client.send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: false, clientId: name, keepalive: 0 })
  return { client, present: (await client.next('connack')).sessionPresent }
}

const say = (payload: string, topic = 't'): Promise<void> => fixture.broker.publish('aws', { topic, payload, qos: 1 })

/** Others say it. */
async function others(...payloads: string[]): Promise<void> {
  const client = await fixture.client('other')
  for (const [i, payload] of payloads.entries()) {
    client.send(publish('t', payload, 1, { messageId: i + 1 }))
    await client.next('puback')
  }
  client.send({ cmd: 'disconnect' })
  await client.closed
}

const records = (table: string): number => fixture.disk.records(table).length
const queued = (name: string): string[] =>
  (fixture.disk.records('mqttQueue') as { session: string; payload?: string; body?: string }[])
    .filter(({ session }) => session === `aws/${name}`)
    .map(
      ({ payload, body }) =>
        payload ?? String(fixture.disk.table<{ payload: string }>('mqttBodies').get(body ?? '')?.payload),
    )

test('a message that many wait for is stored once, and gone with the last who gets it', async () => {
  fixture = await start()
  for (const name of ['d1', 'd2', 'd3']) await away(name)
  await away('d4', 'other')
  await say('x'.repeat(1000))
  await say('for one', 'other')
  assert.equal(records('mqttBodies'), 1)
  assert.equal(records('mqttQueue'), 4)
  const kept = JSON.stringify([...fixture.disk.records('mqttQueue'), ...fixture.disk.records('mqttBodies')])
  assert.equal(kept.match(/x{1000}/g)?.length, 1)
  await restart()
  for (const [i, name] of ['d1', 'd2', 'd3'].entries()) {
    const { client } = await resume(name)
    const { payload, messageId = 0 } = await client.next('publish')
    assert.equal(String(payload), 'x'.repeat(1000))
    client.send({ cmd: 'puback', messageId })
    await client.silence()
    assert.equal(records('mqttBodies'), i === 2 ? 0 : 1)
  }
})

test('what an earlier release has stored, a copy for each session, is still delivered', async () => {
  const disk = new Disk()
  disk.table('mqttSessions').set('aws/d1', { dialect: 'aws', session: 'd1', offlineSince: 1 })
  disk.table('mqttSubscriptions').set('["aws/d1","t"]', { session: 'aws/d1', filter: 't', qos: 1 })
  disk.table('mqttQueue').set('1/aws/d1', { session: 'aws/d1', seq: 1, at: 1, topic: 't', payload: 'old' })
  disk
    .table('mqttQueue')
    .set('2/aws/d1', { session: 'aws/d1', seq: 2, at: 2, topic: 't', payload: '/w==', encoding: 'base64' })
  fixture = await start({ strangers: { sessions: 0, messages: 0 } }, disk)
  await say('new')
  const { client, present } = await resume('d1')
  assert.equal(present, true)
  const payloads: (string | Buffer)[] = []
  for (let i = 0; i < 3; i++) payloads.push((await client.next('publish')).payload)
  assert.deepEqual(
    payloads.map((payload) => Buffer.from(payload).toString('latin1')),
    ['old', '\xff', 'new'],
  )
})

test('a queue whose message a damaged file has lost, or whose session, is cleared of it', async () => {
  const disk = new Disk()
  disk.table('mqttSessions').set('aws/d1', { dialect: 'aws', session: 'd1', offlineSince: 1 })
  disk.table('mqttQueue').set('1/aws/d1', { session: 'aws/d1', seq: 1, at: 1, body: '7' })
  disk.table('mqttQueue').set('1/aws/d2', { session: 'aws/d2', seq: 1, at: 1, body: '8' })
  disk.table('mqttBodies').set('8', { topic: 't', payload: 'nobody’s' })
  fixture = await start({}, disk)
  assert.deepEqual([records('mqttQueue'), records('mqttBodies')], [0, 0])
  await (await resume('d1')).client.silence()
})

test('beyond what may wait for a session its oldest goes, first what others said; people hear in time', async () => {
  fixture = await start({ session: { messages: 8 } })
  await away('d1')
  await say('own 1')
  await others('1', '2')
  assert.deepEqual(fixture.notices, [])
  await others('3')
  assert.match(fixture.notices.join(), /^aws\/d1: 4 messages.* wait for this client.*8 and 16 MB.*let them start clean/)
  for (const n of [2, 3]) await say(`own ${n}`)
  for (const n of [4, 5, 6, 7]) await say(`own ${n}`)
  assert.equal(fixture.notices.length, 2)
  assert.match(fixture.notices[1] ?? '', /^aws\/d1: .* is all that may/)
  assert.deepEqual(queued('d1'), ['own 1', '3', 'own 2', 'own 3', 'own 4', 'own 5', 'own 6', 'own 7'])
  for (const n of [8, 9]) await say(`own ${n}`)
  assert.deepEqual(
    queued('d1'),
    [2, 3, 4, 5, 6, 7, 8, 9].map((n) => `own ${n}`),
  )
  const { client } = await resume('d1')
  assert.equal(String((await client.next('publish')).payload), 'own 2')
  assert.match(fixture.notices.at(-1) ?? '', /^aws\/d1: 4 messages that had waited for it were dropped/)
})

test('large messages count by their size; the latest stays, however large', async () => {
  fixture = await start({ session: { size: 1000 } })
  await away('d1')
  for (const letter of ['a', 'b', 'c']) await say(letter.repeat(450))
  assert.deepEqual(
    queued('d1').map((payload) => payload[0]),
    ['b', 'c'],
  )
  await say('d'.repeat(5000))
  assert.deepEqual(
    queued('d1').map((payload) => payload[0]),
    ['d'],
  )
})

test('what the hub promised a device that is there is not dropped: who acknowledges nothing must come back', async () => {
  fixture = await start({ session: { messages: 3 } })
  const device = await fixture.client('d1', { clean: false })
  await device.subscribe(['t', 1])
  for (let n = 1; n <= 103; n++) await say(`own ${n}`)
  assert.equal(queued('d1').length, 103)
  await say('own 104')
  await device.closed
  await fixture.told('d1 disconnected SERVER_INITIATED')
  assert.match(fixture.notices.join(), /d1.*it has not acknowledged 4 messages/)
  assert.equal(queued('d1').length, 104)
})

test('what others say to a client that is there and does not keep up is dropped, the oldest first', async () => {
  fixture = await start({ session: { messages: 3 } })
  const device = await fixture.client('d1', { clean: false })
  await device.subscribe(['t', 1])
  await others(...Array.from({ length: 105 }, (_, i) => `${i + 1}`))
  assert.deepEqual(queued('d1').slice(98), ['99', '100', '103', '104', '105'])
  assert.equal(device.stream.destroyed, false)
})

test('of sessions for no device the one away longest ends if there are too many, or too much waits for them', async () => {
  fixture = await start({ strangers: { sessions: 3, messages: 5 } })
  for (const name of ['d1', 'g1', 'g2', 'g3']) await away(name)
  assert.match(fixture.notices.join(), /2 sessions are kept for clients that are away and no devices; beyond 3 /)
  await away('g4')
  assert.deepEqual(sessions(), ['d1', 'g2', 'g3', 'g4'])
  await say('1')
  assert.deepEqual(sessions(), ['d1', 'g2', 'g3', 'g4'])
  await say('2')
  assert.deepEqual(sessions(), ['d1', 'g3', 'g4'])
  assert.match(
    fixture.notices.at(-1) ?? '',
    /away longest of those that are kept for no device is over: what waited for it is gone/,
  )
  const { client, present } = await resume('g3')
  assert.equal(present, true)
  await client.next('publish')
  await say('3')
  assert.deepEqual(sessions(), ['d1', 'g3'], 'who is there is not away')
})

test('the same client ids that were devices’ before are so after a restart', async () => {
  fixture = await start()
  for (const name of ['d1', 'g1']) await away(name)
  await restart({ strangers: { sessions: 0, messages: 0 } })
  await say('x')
  assert.deepEqual(sessions(), ['d1'])
})

test('a session whose client becomes a device stays, also if the hub is killed meanwhile', async () => {
  fixture = await start()
  const client = await fixture.client('g1', { clean: false })
  await client.subscribe(['t', 1])
  const connection = fixture.connection('g1')
  connection.identity.device = 'aws/g1'
  fixture.broker.identified(connection.id)
  await restart({ strangers: { sessions: 0, messages: 0 } })
  await say('x')
  assert.deepEqual(sessions(), ['g1'])
})

test('a device that keeps a session under each of many client ids has its latest', async () => {
  fixture = await start({ sessionsOfDevice: 2 })
  for (const name of ['d1-a', 'd1-b', 'd2-a']) await away(name)
  await away('d1-c')
  assert.deepEqual(sessions(), ['d1-b', 'd2-a', 'd1-c'])
  assert.match(fixture.notices.join(), /aws\/d1: more than 2 sessions are kept for it/)
})

test('when too much waits in all, strangers make room, then what others said to devices; the hub’s stays', async () => {
  fixture = await start({ size: 1000 })
  for (const name of ['d1', 'd2', 'g1']) await away(name, `${name}/#`)
  await say('o'.repeat(300), 'd1/own')
  const client = await fixture.client('other')
  for (const topic of ['d2/x', 'g1/x']) {
    client.send(publish(topic, 'x'.repeat(200), 1))
    await client.next('puback')
  }
  assert.match(fixture.notices.join(), /0 MB wait for clients that keep their sessions/)
  await say('o'.repeat(200), 'd1/own')
  assert.deepEqual(sessions(), ['d1', 'd2', 'g1'])
  await say('o'.repeat(200), 'd1/own')
  assert.deepEqual(sessions(), ['d1', 'd2'])
  await say('o'.repeat(200), 'd1/own')
  assert.deepEqual([queued('d1').length, queued('d2').length], [4, 0])
  assert.match(fixture.notices.join(), /aws\/d2: what other clients had sent to it while it was away is dropped/)
  await say('o'.repeat(500), 'd1/own')
  assert.equal(queued('d1').length, 5)
})

test('what waits for a device is taken back from all of its sessions', async () => {
  fixture = await start()
  for (const name of ['d1-a', 'd1-b', 'd2']) await away(name, '#')
  for (const topic of ['a', 'b']) await say(topic, topic)
  await fixture.broker.withdrawFrom('aws/d1', 'a')
  assert.deepEqual(['d1-a', 'd1-b', 'd2'].map(queued), [['b'], ['b'], ['a', 'b']])
  await fixture.broker.withdrawFrom('aws/d1')
  assert.deepEqual(sessions(), ['d2'])
  assert.equal(records('mqttSubscriptions'), 1)
  await fixture.broker.withdrawFrom('aws/d2')
  for (const table of ['mqttSessions', 'mqttSubscriptions', 'mqttQueue', 'mqttBodies'])
    assert.equal(records(table), 0, table)
})

const sessions = (): string[] =>
  (fixture.disk.records('mqttSessions') as { session: string }[]).map(({ session }) => session)

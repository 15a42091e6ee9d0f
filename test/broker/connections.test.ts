import assert from 'node:assert/strict'
import { duplexPair } from 'node:stream'
import { afterEach, test } from 'node:test'
import mqtt from 'mqtt'
import mqttPacket from 'mqtt-packet'
import type { ConnectRequest } from '../../src/core/seam/mqtt.ts'
import { connectPacket, gate, publish, BrokerFixture } from './broker-fixture.ts'

let fixture: BrokerFixture
afterEach(() => fixture.stop())

const ends = (): string[] => fixture.log.filter((line) => /connected/.test(line))

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('the hub sees all that a client shows of itself', async () => {
  let seen: ConnectRequest | undefined
  fixture = await new BrokerFixture({
    connect: async (request) => {
      seen = request
      return { accept: true, identity: { principal: 'p', device: 'aws/d' } }
    },
  }).start()
  const will = { topic: 'w', payload: Buffer.from('bye'), qos: 1 as const, retain: true }
  await fixture.client('me', { username: 'user', password: Buffer.from('secret'), keepalive: 60, clean: false, will })
  assert.deepEqual(seen, {
    connection: seen?.connection,
    clientId: 'me',
    username: 'user',
    password: Buffer.from('secret'),
    clean: false,
    keepalive: 60,
    protocolVersion: 4,
    will,
    transport: 'tcp',
    remoteAddress: '127.0.0.1',
    local: true,
  })
  const connection = fixture.connection('me')
  assert.equal(connection.request, seen)
  assert.deepEqual(
    [connection.dialect, connection.session, connection.identity],
    ['aws', 'me', { principal: 'p', device: 'aws/d' }],
  )
  assert.equal(fixture.broker.connection(connection.id), connection)
  assert.equal(fixture.broker.bySession('aws', 'me'), connection)
  assert.equal(fixture.broker.bySession('azure', 'me'), undefined)
})

test('a refusal is answered with its code, or with nothing but the end', async () => {
  fixture = await new BrokerFixture({
    session: (request) =>
      request.clientId === 'stranger' ? { refuse: 'whose is it?' } : { dialect: 'aws', session: request.clientId },
    connect: async ({ clientId }) => ({
      accept: false,
      reason: 'unknown',
      ...(clientId === 'dropped' ? { drop: true as const } : { returnCode: 4 as const }),
    }),
  }).start()
  const refused = await fixture.raw()
  refused.send(connectPacket('refused'))
  assert.equal((await refused.next('connack')).returnCode, 4)
  await refused.closed
  const dropped = await fixture.raw()
  dropped.send(connectPacket('dropped'))
  await dropped.closed
  await assert.rejects(dropped.next('connack'), /closed/)
  const stranger = await fixture.raw()
  stranger.send(connectPacket('stranger'))
  assert.equal((await stranger.next('connack')).returnCode, 5)
  await stranger.closed
  assert.deepEqual(ends(), [])
  assert.match(
    fixture.notices.join('\n'),
    /refused at 127.0.0.1 \(tcp\): refused: unknown\n.*dropped.*unknown\n.*stranger.*whose is it\?/,
  )
})

test('a hub that fails over a CONNECT answers that the server is unavailable', async () => {
  fixture = await new BrokerFixture({ connect: () => Promise.reject(new Error('disk full')) }).start()
  const raw = await fixture.raw()
  raw.send(connectPacket('device'))
  assert.equal((await raw.next('connack')).returnCode, 3)
  assert.match(fixture.notices.join(), /disk full/)
})

test('a client without an id gets one, if it wants nothing kept', async () => {
  fixture = await new BrokerFixture().start()
  const raw = await fixture.raw()
  raw.send(connectPacket(''))
  assert.equal((await raw.next('connack')).returnCode, 0)
  await fixture.told('auto-')
  const stored = await fixture.raw()
  stored.stream.write(Buffer.from('100c00044d5154540400003c0000', 'hex'))
  assert.equal((await stored.next('connack')).returnCode, 2)
})

for (const [level, connack] of [
  [0, '20020001'],
  [2, '20020001'],
  [5, '2003008400'],
  [6, '20020001'],
  [0x7f, '20020001'],
  [0x85, '2003008400'],
] as const) {
  test(`protocol level ${level} is answered with the code for an unacceptable version, and people are told`, async () => {
    fixture = await new BrokerFixture().start()
    const raw = await fixture.raw()
    const heard: Buffer[] = []
    raw.stream.on('data', (bytes: Buffer) => heard.push(bytes))
    raw.stream.write(Buffer.from(`100e00044d515454${level.toString(16).padStart(2, '0')}02003c00000178`, 'hex'))
    await raw.closed
    assert.equal(Buffer.concat(heard).toString('hex'), connack)
    assert.equal(fixture.notices.length, 1)
    assert.match(fixture.notices[0]!, /it speaks MQTT (version 5|of level \d+); this hub speaks 3\.1 and 3\.1\.1/)
    assert.deepEqual(ends(), [])
  })
}

test('what comes in one piece with a CONNECT of another level is not looked at', async () => {
  fixture = await new BrokerFixture().start()
  const raw = await fixture.raw()
  const publish = mqttPacket.generate({ cmd: 'publish', topic: 'a', payload: 'b', qos: 0, dup: false, retain: false })
  raw.stream.write(Buffer.concat([Buffer.from('100e00044d5154540602003c00000178', 'hex'), publish]))
  await raw.closed
  assert.equal(fixture.log.length, 1, fixture.log.join())
})

test('MQTT 3.1 is spoken, client ids of any length included', async () => {
  fixture = await new BrokerFixture().start()
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${fixture.port}`, {
    protocolId: 'MQIsdp',
    protocolVersion: 3,
    clientId: 'x'.repeat(200),
  })
  await client.publishAsync('a', 'b', { qos: 1 })
  await client.endAsync()
})

test('a session that connects again takes over: each end is told once, with its reason', async () => {
  fixture = await new BrokerFixture().start()
  const first = await fixture.client('device')
  const one = fixture.connection('device')
  const second = await fixture.client('device')
  await first.closed
  await second.silence()
  assert.deepEqual(ends().sort(), ['device connected', 'device connected', 'device disconnected DUPLICATE_CLIENT_ID'])
  assert.notEqual(fixture.connection('device').id, one.id)
  assert.equal(fixture.broker.bySession('aws', 'device'), fixture.connection('device'))
  second.send({ cmd: 'disconnect' })
  await fixture.told('device disconnected CLIENT_INITIATED')
  assert.equal(fixture.broker.bySession('aws', 'device'), undefined)
})

test('many connects of one session at once leave one of them, and every one that was connected is disconnected', async () => {
  fixture = await new BrokerFixture({
    connect: async (request) => {
      await new Promise((resolve) => setImmediate(resolve))
      return { accept: true, identity: { principal: request.connection } }
    },
  }).start()
  for (const clean of [true, false]) {
    fixture.log.length = 0
    const raws = await Promise.all(Array.from({ length: 20 }, () => fixture.raw()))
    for (const [i, raw] of raws.entries()) {
      raw.send(connectPacket('device', { clean }))
      if (i % 5 === 4) raw.stream.destroy()
    }
    const open = new Set(raws)
    for (const raw of raws) void raw.closed.then(() => open.delete(raw))
    // Whether the hub sees first that a peer is dead, or lets it in and hears of it then, is the system's choice.
    for (let turns = 0, connected = 0; turns < 20; turns += 1) {
      await turn()
      const before = connected
      connected = fixture.log.filter((line) => line === 'device connected').length
      if (open.size > 1 || connected === 0 || connected > before) turns = 0
    }
    const [last] = open
    if (last !== undefined) {
      await last.next('connack')
      await last.silence()
    }
    const connected = fixture.log.filter((line) => line === 'device connected').length
    const disconnected = fixture.log.filter((line) => line.startsWith('device disconnected')).length
    assert.equal(connected - disconnected, [...fixture.broker.connections()].length)
    assert.equal([...fixture.broker.connections()].length, open.size)
    last?.stream.destroy()
    await last?.closed
    while ([...fixture.broker.connections()].length > 0) await new Promise((resolve) => setImmediate(resolve))
  }
})

test('a peer that dies during the handshake was never connected', async () => {
  const verdict = gate()
  fixture = await new BrokerFixture({
    connect: () => verdict.promise.then(() => ({ accept: true, identity: { principal: 'x' } })),
  }).start()
  const raw = await fixture.raw()
  raw.send(connectPacket('device', { clean: false }))
  raw.stream.destroy()
  await raw.closed
  const other = await fixture.raw()
  for (let turns = 0; turns < 5; turns += 1) await turn()
  verdict.open()
  other.send(connectPacket('other'))
  await other.next('connack')
  await other.silence()
  assert.deepEqual(ends(), ['other connected'])
})

test('a client is let in in the turn in which its CONNECT is read, so that a crowd of them is paced', async () => {
  fixture = await new BrokerFixture().start()
  const [ours, theirs] = duplexPair()
  fixture.broker.attach(theirs, { transport: 'tcp', remoteAddress: '127.0.0.1', local: true })
  const device = fixture.adopt(ours)
  device.send(connectPacket('device'))
  await turn()
  assert.deepEqual(ends(), ['device connected'])
  await device.next('connack')
})

test('a CONNACK that is held back does not come before its time, nor at all if the client is gone', async () => {
  fixture = await new BrokerFixture({
    connect: async ({ clientId }) => ({
      accept: true,
      identity: { principal: 'x' },
      ...(clientId === 'gone' ? { delayMs: 600_000 } : { delayMs: 30 }),
    }),
  }).start()
  const gone = await fixture.raw()
  gone.send(connectPacket('gone'))
  const raw = await fixture.raw()
  const began = performance.now()
  raw.send(connectPacket('device'))
  await raw.next('connack')
  assert.ok(performance.now() - began >= 25)
  gone.stream.destroy()
  await gone.closed
})

test('each way to end has its reason', async () => {
  fixture = await new BrokerFixture().start()
  const polite = await fixture.client('polite')
  polite.send({ cmd: 'disconnect' })
  const lost = await fixture.client('lost')
  lost.stream.destroy()
  const silent = await fixture.client('silent', { keepalive: 1 })
  const twice = await fixture.client('twice')
  twice.send(connectPacket('twice'))
  await fixture.client('forbidden')
  assert.equal(fixture.broker.disconnect(fixture.connection('forbidden').id, 'FORBIDDEN', 'certificate revoked'), true)
  assert.equal(fixture.broker.disconnect('nobody', 'FORBIDDEN', ''), false)
  const wildcard = await fixture.client('wildcard')
  wildcard.send(publish('a/+', ''))
  await Promise.all([polite, lost, silent, twice, wildcard].map((raw) => raw.closed))
  await Promise.all(
    ['polite', 'lost', 'silent', 'twice', 'wildcard'].map((name) => fixture.told(`${name} disconnected`)),
  )
  assert.deepEqual(fixture.log.filter((line) => line.includes(' disconnected ')).sort(), [
    'forbidden disconnected FORBIDDEN',
    'lost disconnected CONNECTION_LOST',
    'polite disconnected CLIENT_INITIATED',
    'silent disconnected KEEP_ALIVE_TIMEOUT',
    'twice disconnected CLIENT_ERROR',
    'wildcard disconnected CLIENT_ERROR',
  ])
  assert.match(fixture.notices.join(), /certificate revoked/)
})

for (const [keepalive, seconds] of [
  [1, 30],
  [29, 30],
  [45, 45],
  [0, 1200],
  [1201, 1200],
] as const) {
  test(`where keep-alives count as 30 to 1200 s, one of ${keepalive} s ends after 1.5 × ${seconds} s`, async ({
    mock,
  }) => {
    const keepAliveMs = { least: 30_000, most: 1_200_000 }
    fixture = await new BrokerFixture().start({ limits: () => ({ sessionMs: 0, keepAliveMs }) })
    mock.timers.enable({ apis: ['setTimeout'] })
    await fixture.client('device', { keepalive })
    mock.timers.tick(seconds * 1500 - 1)
    assert.ok(fixture.connection('device'))
    mock.timers.tick(2)
    await fixture.told('device disconnected KEEP_ALIVE_TIMEOUT')
  })
}

test('a message sent right before the hub disconnects a client still reaches it', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device')
  const { id } = fixture.connection('device')
  fixture.broker.send(id, { topic: 'last', payload: 'words', qos: 0 })
  fixture.broker.disconnect(id, 'SERVER_INITIATED', 'bye')
  assert.equal((await device.next('publish')).topic, 'last')
  await device.closed
})

test('nonsense, packets too large and half a CONNECT end the connection, with a notice, and the hub lives on', async () => {
  fixture = await new BrokerFixture().start({ packetBytes: 1000, connectMs: 50 })
  const speak = async (hex: string): Promise<void> => {
    const raw = await fixture.raw()
    raw.stream.write(Buffer.from(hex, 'hex'))
    await raw.closed
  }
  await speak('ffffffffffffffff')
  await speak('474554202f20485454502f312e310d0a0d0a')
  await speak('16030100c8010000c4')
  await speak('10ffffff7f')
  await speak('10ffffffffff')
  await speak('1005000000000000')
  await speak('100c00044d5154540')
  await speak('e000')
  await speak('3003000174')
  const large = await fixture.client('large')
  large.stream.write(Buffer.from('30e907', 'hex'))
  await large.closed
  await fixture.told('large disconnected CLIENT_ERROR')
  const notices = fixture.notices.join('\n')
  for (const words of [
    /seems to speak HTTP/,
    /speaks TLS, but this port is plain/,
    /announced a packet of 268435455 bytes; 1000 are the most/,
    /connect did not arrive in time/,
    /large.*announced a packet of 1001 bytes/,
  ])
    assert.match(notices, words)
  await fixture.client('next')
})

test('a hook that throws does not take the hub down', async () => {
  const fail = (): never => {
    throw new Error('a defect')
  }
  fixture = await new BrokerFixture({
    connected: fail,
    subscribed: fail,
    unsubscribed: fail,
    acknowledged: fail,
    disconnected: fail,
    publish: fail,
  }).start()
  const raw = await fixture.raw()
  raw.send(connectPacket('device'))
  await raw.next('connack')
  const [{ id } = { id: '' }] = fixture.broker.connections()
  fixture.broker.send(id, { topic: 't', payload: '', qos: 1 }, 'track')
  raw.send({ cmd: 'puback', messageId: (await raw.next('publish')).messageId ?? 0 })
  await raw.subscribe(['a', 0])
  raw.send({ cmd: 'unsubscribe', messageId: 3, unsubscriptions: ['a'] })
  await raw.next('unsuback')
  raw.send(publish('t', '', 1))
  await raw.closed
  assert.equal(fixture.notices.filter((notice) => notice.includes('a defect')).length, 6)
})

test('the mqtt package connects, subscribes, publishes and is told', async () => {
  fixture = await new BrokerFixture().start()
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${fixture.port}`, { clientId: 'real', clean: false })
  const message = new Promise<string>((resolve) =>
    client.once('message', (topic, payload) => resolve(`${topic} ${payload.toString()}`)),
  )
  await client.subscribeAsync('a/+', { qos: 2 })
  await client.publishAsync('a/b', 'x', { qos: 1 })
  assert.equal(await message, 'a/b x')
  await client.endAsync()
  await fixture.told('real disconnected CLIENT_INITIATED')
})

test('stop ends every connection without wills, even one that has not said anything, and can be called twice', async () => {
  fixture = await new BrokerFixture().start()
  const mute = await fixture.raw()
  const device = await fixture.client('device', {
    clean: false,
    will: { topic: 'w', payload: Buffer.from('x'), qos: 1, retain: false },
  })
  await fixture.broker.stop()
  await fixture.broker.stop()
  await Promise.all([mute.closed, device.closed])
  assert.deepEqual(fixture.log, ['device connected', 'device disconnected SERVER_INITIATED'])
  const kept = { dialect: 'aws', session: 'device', offlineSince: 1_000_000, stranger: true }
  assert.deepEqual(fixture.disk.records('mqttSessions'), [kept])
})

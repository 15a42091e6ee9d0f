import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import type { Packet } from 'mqtt-packet'
import { connectPacket, publish, BrokerFixture } from './broker-fixture.ts'

let fixture: BrokerFixture
afterEach(() => fixture.stop())

const show = (packet: Packet): string =>
  'topic' in packet && packet.cmd === 'publish' ? `publish ${packet.topic} ${String(packet.payload)}` : packet.cmd

test('every packet passes the tap, in and out, whoever wrote it', async () => {
  fixture = await new BrokerFixture().start()
  const seen: string[] = []
  fixture.broker.tap = {
    in: (_connection, packet) => {
      seen.push(`> ${show(packet)}`)
      return 'pass'
    },
    out: (_connection, packet) => {
      seen.push(`< ${show(packet)}`)
      return 'pass'
    },
  }
  const device = await fixture.raw()
  device.send(connectPacket('device'))
  await device.next('connack')
  await device.subscribe(['a', 0])
  device.send(publish('a', 'é', 1))
  await device.next('publish')
  await device.next('puback')
  device.send({ cmd: 'unsubscribe', messageId: 4, unsubscriptions: ['a'] })
  await device.next('unsuback')
  fixture.broker.send(fixture.connection('device').id, { topic: 'b', payload: 'x', qos: 1 })
  device.send({ cmd: 'puback', messageId: (await device.next('publish')).messageId ?? 0 })
  await device.silence()
  device.send({ cmd: 'disconnect' })
  await fixture.told('device disconnected')
  assert.deepEqual(seen, [
    '> connect',
    '< connack',
    '> subscribe',
    '< suback',
    '> publish a é',
    '< publish a é',
    '< puback',
    '> unsubscribe',
    '< unsuback',
    '< publish b x',
    '> puback',
    '> pingreq',
    '< pingresp',
    '> disconnect',
  ])
})

test('a packet that the tap drops has never been', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device', { clean: false })
  await device.subscribe(['a', 1])
  let drop = ''
  fixture.broker.tap = {
    in: (_connection, packet) => (`in ${packet.cmd}` === drop ? 'drop' : 'pass'),
    out: (_connection, packet) => (`out ${packet.cmd}` === drop ? 'drop' : 'pass'),
  }
  drop = 'in publish'
  device.send(publish('a', 'lost on the way in', 1))
  await device.silence()
  drop = 'out puback'
  device.send(publish('b', 'its answer is lost', 1))
  await device.silence()
  drop = 'out publish'
  await fixture.broker.publish('aws', { topic: 'a', payload: 'lost on the way out', qos: 1 })
  await device.silence()
  drop = 'in disconnect'
  device.send({ cmd: 'disconnect' })
  await device.silence()
  fixture.broker.tap = undefined
  assert.deepEqual(fixture.log, ['device connected', 'device subscribed a:1', 'device published b'])
  assert.equal(fixture.disk.records('mqttQueue').length, 1)
})

test('the tap may come and go at any time', async () => {
  fixture = await new BrokerFixture().start()
  const device = await fixture.client('device')
  for (const tap of [{}, undefined, { out: () => 'pass' as const }, undefined]) {
    fixture.broker.tap = tap
    await device.subscribe(['a', 1])
    await device.silence()
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Packet } from 'mqtt-packet'
import { VirtualClock } from '../../src/core/virtual-clock.ts'
import { Traffic, type TapPlace } from '../../src/hub/traffic.ts'

const place = (): TapPlace => ({
  tap: undefined,
  connection: (id) => (id.startsWith('d') ? { identity: { device: `x/${id}` } } : { identity: {} }),
})
const publish = (topic: string, payload: string | Buffer, qos: 0 | 1 = 1): Packet => ({
  cmd: 'publish',
  topic,
  payload,
  qos,
  retain: false,
  dup: false,
  length: 0,
})

test('nothing is looked at until somebody asks; from then on what a device says and hears is kept', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const clock = new VirtualClock(1000)
  const broker = place()
  const traffic = new Traffic(clock, false)
  traffic.attach(broker)
  assert.equal(broker.tap, undefined)
  assert.deepEqual(traffic.of('x/d1'), [])
  assert.equal(broker.tap!.in!('d1', publish('up', '{"a":1}')), 'pass')
  clock.advance(5)
  assert.equal(broker.tap!.out!('d1', publish('down', Buffer.from([0xff, 0xfe]), 0)), 'pass')
  broker.tap!.in!('d1', { cmd: 'pingreq' })
  broker.tap!.in!('nobody', publish('up', 'x'))
  assert.deepEqual(traffic.of('x/d1'), [
    { at: 1000, direction: 'in', topic: 'up', qos: 1, payload: '{"a":1}' },
    { at: 1005, direction: 'out', topic: 'down', qos: 0, payload: '//4=', base64: true },
  ])
  // Nobody has asked for long: the broker is left alone again.
  t.mock.timers.tick(600_000)
  assert.equal(broker.tap, undefined)
  assert.deepEqual(traffic.of('x/d1'), [])
  traffic.stop()
})

test('told so, it looks from the start, and until it is stopped', () => {
  const broker = place()
  const traffic = new Traffic(new VirtualClock(0), true)
  traffic.attach(broker)
  broker.tap!.in!('d1', publish('up', 'x'))
  assert.equal(traffic.of('x/d1').length, 1)
  traffic.stop()
  assert.equal(broker.tap, undefined)
})

test('the last twenty messages stay, each cut to 4 KB between two characters', () => {
  const broker = place()
  const traffic = new Traffic(new VirtualClock(0), true)
  traffic.attach(broker)
  for (let count = 1; count <= 25; count += 1) broker.tap!.in!('d1', publish(`t${count}`, '€'.repeat(2000)))
  const messages = traffic.of('x/d1')
  assert.deepEqual([messages.length, messages[0]?.topic, messages.at(-1)?.topic], [20, 't6', 't25'])
  assert.equal(messages[0]?.payload, '€'.repeat(1365))
  traffic.stop()
})

test('the devices heard of last are remembered, and no more of them than two thousand', () => {
  const broker = place()
  const traffic = new Traffic(new VirtualClock(0), true)
  traffic.attach(broker)
  for (let device = 0; device < 2000; device += 1) broker.tap!.in!(`d${device}`, publish('t', 'x'))
  broker.tap!.in!('d0', publish('t', 'x'))
  broker.tap!.in!('d2000', publish('t', 'x'))
  assert.deepEqual(
    ['d0', 'd1', 'd2', 'd2000'].map((device) => traffic.of(`x/${device}`).length),
    [2, 0, 1, 1],
  )
  traffic.stop()
})

test('large messages of many devices cost memory up to a bound', () => {
  const broker = place()
  const traffic = new Traffic(new VirtualClock(0), true)
  traffic.attach(broker)
  const large = Buffer.alloc(5000, 'x')
  for (let device = 0; device < 1000; device += 1)
    for (let count = 0; count < 20; count += 1) broker.tap!.in!(`d${device}`, publish('t', large))
  const kept = Array.from({ length: 1000 }, (_, device) => traffic.of(`x/d${device}`).length).reduce((a, b) => a + b)
  assert.ok(kept * 4096 <= 32 * 1024 * 1024 && kept * 4096 > 31 * 1024 * 1024, String(kept))
  assert.equal(traffic.of('x/d999').length, 20)
  traffic.stop()
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineFixture } from '../builders/engine-fixture.ts'

const record = (fixture: EngineFixture, device: string, name: string, bytes: number): void =>
  fixture.turn((turn, engine) => engine.telemetry.record(turn, device, name, Buffer.alloc(bytes, 'x')))

test('the last fifty readings of a device are kept, each cut to 4 KB', () => {
  const fixture = new EngineFixture()
  for (let n = 1; n <= 60; n += 1) record(fixture, 'x/d', `n${n}`, 5000)
  const readings = fixture.engine.telemetry.of('x/d')
  assert.deepEqual([readings.length, readings[0]!.name, readings.at(-1)!.name], [50, 'n11', 'n60'])
  assert.deepEqual([readings[0]!.payload.length, readings[0]!.size], [4096, 5000])
})

test('a text is not cut inside a letter', () => {
  const fixture = new EngineFixture()
  const bytes = Buffer.from('温'.repeat(2000))
  fixture.turn((turn, engine) => engine.telemetry.record(turn, 'x/d', 'n', bytes))
  const { payload } = fixture.engine.telemetry.of('x/d')[0]!
  assert.equal(Buffer.from(payload).toString(), '温'.repeat(1365))
})

test('all readings together are bounded: the device heard of longest ago is forgotten', () => {
  const fixture = new EngineFixture()
  for (let device = 0; device < 200; device += 1)
    for (let n = 0; n < 50; n += 1) record(fixture, `x/d${device}`, 'n', 4096)
  const kept = Array.from({ length: 200 }, (_, device) => fixture.engine.telemetry.of(`x/d${device}`).length)
  assert.equal(kept[0], 0)
  assert.equal(kept[199], 50)
  assert.ok(kept.reduce((sum, count) => sum + count) * 4096 <= 32 * 1024 * 1024)
})

test('a device that is deleted is forgotten', () => {
  const fixture = new EngineFixture()
  const [device = ''] = fixture.devices(1)
  record(fixture, device, 'n', 1)
  fixture.turn((turn, engine) => engine.devices.delete(turn, device))
  assert.deepEqual(fixture.engine.telemetry.of(device), [])
})

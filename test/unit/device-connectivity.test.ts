import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineFixture, MINUTE } from '../builders/engine-fixture.ts'

const connected = (fixture: EngineFixture, device: string): void =>
  fixture.turn((turn, engine) => engine.connections.connected(turn, device))
const disconnected = (fixture: EngineFixture, device: string): void =>
  fixture.turn((turn, engine) => engine.connections.disconnected(turn, device, 'LOST'))
const remove = (fixture: EngineFixture, device: string): void =>
  void fixture.turn((turn, engine) => engine.devices.delete(turn, device))
const stored = (fixture: EngineFixture): number => fixture.tables.table('connectivity').size

test('a device is online while one of its connections lives', () => {
  const fixture = new EngineFixture()
  const [device = ''] = fixture.devices(1)
  connected(fixture, device)
  connected(fixture, device)
  disconnected(fixture, device)
  assert.equal(fixture.engine.connections.isOnline(device), true)
  disconnected(fixture, device)
  assert.equal(fixture.engine.connections.isOnline(device), false)
  assert.deepEqual(fixture.engine.connections.get(device), {
    device,
    connected: false,
    at: fixture.clock.now(),
    reason: 'LOST',
    sessions: 2,
  })
})

test('nothing is kept of a deleted device, also if its connection outlives it', () => {
  const fixture = new EngineFixture()
  const [gone = '', staying = ''] = fixture.devices(2)
  connected(fixture, gone)
  disconnected(fixture, gone)
  remove(fixture, gone)
  connected(fixture, staying)
  remove(fixture, staying)
  fixture.told()
  disconnected(fixture, staying)
  assert.equal(stored(fixture), 0)
  assert.deepEqual(fixture.told(), ['device.connectivity'], 'people still hear that it went')
})

test('a device that takes the name of a deleted one has never been seen', () => {
  const fixture = new EngineFixture()
  const [device = ''] = fixture.devices(1)
  connected(fixture, device)
  disconnected(fixture, device)
  remove(fixture, device)
  fixture.devices(1)
  assert.equal(fixture.engine.connections.get(device), undefined)
})

test('whom the last run left connected is told to be gone when the hub starts again', () => {
  const fixture = new EngineFixture()
  const [device = ''] = fixture.devices(1)
  connected(fixture, device)
  fixture.restart()
  fixture.clock.advance(MINUTE)
  fixture.turn((turn, engine) => engine.connections.reset(turn, 'RESTARTED'))
  assert.deepEqual(fixture.engine.connections.get(device), {
    device,
    connected: false,
    at: fixture.clock.now(),
    reason: 'RESTARTED',
    sessions: 1,
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hall, MINUTE } from '../builders/hall.ts'

const connected = (hall: Hall, device: string): void => hall.turn((turn, engine) => engine.connections.connected(turn, device))
const disconnected = (hall: Hall, device: string): void => hall.turn((turn, engine) => engine.connections.disconnected(turn, device, 'LOST'))
const remove = (hall: Hall, device: string): void => void hall.turn((turn, engine) => engine.devices.delete(turn, device))
const stored = (hall: Hall): number => hall.tables.table('connectivity').size

test('a device is online while one of its connections lives', () => {
  const hall = new Hall()
  const [device = ''] = hall.devices(1)
  connected(hall, device)
  connected(hall, device)
  disconnected(hall, device)
  assert.equal(hall.engine.connections.isOnline(device), true)
  disconnected(hall, device)
  assert.equal(hall.engine.connections.isOnline(device), false)
  assert.deepEqual(hall.engine.connections.get(device), { device, connected: false, at: hall.clock.now(), reason: 'LOST', sessions: 2 })
})

test('nothing is kept of a deleted device, also if its connection outlives it', () => {
  const hall = new Hall()
  const [gone = '', staying = ''] = hall.devices(2)
  connected(hall, gone)
  disconnected(hall, gone)
  remove(hall, gone)
  connected(hall, staying)
  remove(hall, staying)
  hall.told()
  disconnected(hall, staying)
  assert.equal(stored(hall), 0)
  assert.deepEqual(hall.told(), ['device.connectivity'], 'people still hear that it went')
})

test('a device that takes the name of a deleted one has never been seen', () => {
  const hall = new Hall()
  const [device = ''] = hall.devices(1)
  connected(hall, device)
  disconnected(hall, device)
  remove(hall, device)
  hall.devices(1)
  assert.equal(hall.engine.connections.get(device), undefined)
})

test('whom the last run left connected is told to be gone when the hub starts again', () => {
  const hall = new Hall()
  const [device = ''] = hall.devices(1)
  connected(hall, device)
  hall.restart()
  hall.clock.advance(MINUTE)
  hall.turn((turn, engine) => engine.connections.reset(turn, 'RESTARTED'))
  assert.deepEqual(hall.engine.connections.get(device), { device, connected: false, at: hall.clock.now(), reason: 'RESTARTED', sessions: 1 })
})

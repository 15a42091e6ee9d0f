import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SLICE } from '../../src/core/job/sweep.ts'
import { Hall } from '../builders/hall.ts'

const GROUP = 'x/g'

function crowd(size: number): Hall {
  const hall = new Hall()
  const devices = hall.devices(size)
  hall.turn((turn, engine) => {
    engine.groups.create(turn, { dialect: 'x', name: 'g' })
    for (const device of devices) engine.devices.join(turn, device, GROUP)
  })
  hall.job([], { selection: 'CONTINUOUS', targets: [{ type: 'group', group: GROUP }] })
  hall.due()
  hall.told()
  return hall
}

const dissolve = (hall: Hall, asker = 'me', expectedVersion?: number): boolean => hall.turn((turn, engine) => engine.dissolutions.start(turn, GROUP, asker, expectedVersion))

test('a group of no more devices than a slice is gone in the same turn, its devices and their executions with it', () => {
  const hall = crowd(SLICE)
  assert.equal(dissolve(hall), true)
  assert.deepEqual([hall.engine.groups.get(GROUP), hall.count('REMOVED'), hall.engine.nextDeadline()], [undefined, SLICE, undefined])
  assert.deepEqual(hall.engine.devices.require('x/d1').groups, [])
})

test('a larger group loses a slice of its devices a turn, also across a restart, and names its askers when it is gone, but those of an earlier run', () => {
  const hall = crowd(SLICE * 6)
  assert.equal(dissolve(hall, 'first'), false)
  assert.equal(hall.engine.groups.members(GROUP).size, SLICE * 5)
  assert.equal(hall.count('REMOVED'), SLICE)
  hall.restart()
  for (const asker of ['second', 'third']) assert.equal(dissolve(hall, asker), false)
  hall.due()
  assert.deepEqual([hall.engine.groups.get(GROUP), hall.count('REMOVED')], [undefined, SLICE * 6])
  const gone = hall.events.filter((event) => event.type === 'group.deleted')
  assert.deepEqual(gone.map((event) => event.type === 'group.deleted' && event.group.dissolving?.askers), [['second', 'third']])
})

test('nobody joins a group that is being deleted, and it gets no child group', () => {
  const hall = crowd(SLICE + 1)
  const late = hall.turn((turn, engine) => engine.devices.create(turn, { dialect: 'x', name: 'late' })).key
  dissolve(hall)
  assert.throws(() => hall.turn((turn, engine) => engine.devices.join(turn, late, GROUP)), { code: 'NOT_FOUND' })
  assert.throws(() => hall.turn((turn, engine) => engine.groups.create(turn, { dialect: 'x', name: 'c', parent: GROUP })), { code: 'NOT_FOUND' })
})

test('a group that has child groups, or another version than expected, keeps its devices', () => {
  const hall = crowd(SLICE + 1)
  assert.throws(() => dissolve(hall, 'me', 2), { code: 'VERSION_MISMATCH' })
  hall.turn((turn, engine) => engine.groups.create(turn, { dialect: 'x', name: 'c', parent: GROUP }))
  assert.throws(() => dissolve(hall), { code: 'CONFLICT' })
  assert.deepEqual([hall.engine.groups.direct(GROUP).size, hall.engine.groups.require(GROUP).dissolving], [SLICE + 1, undefined])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SLICE } from '../../src/core/job/sweep.ts'
import { EngineFixture } from '../builders/engine-fixture.ts'

const GROUP = 'x/g'

function crowd(size: number): EngineFixture {
  const fixture = new EngineFixture()
  const devices = fixture.devices(size)
  fixture.turn((turn, engine) => {
    engine.groups.create(turn, { dialect: 'x', name: 'g' })
    for (const device of devices) engine.devices.join(turn, device, GROUP)
  })
  fixture.job([], { selection: 'CONTINUOUS', targets: [{ type: 'group', group: GROUP }] })
  fixture.due()
  fixture.told()
  return fixture
}

const dissolve = (fixture: EngineFixture, asker = 'me', expectedVersion?: number): boolean =>
  fixture.turn((turn, engine) => engine.dissolutions.start(turn, GROUP, asker, expectedVersion))

test('a group of no more devices than a slice is gone in the same turn, its devices and their executions with it', () => {
  const fixture = crowd(SLICE)
  assert.equal(dissolve(fixture), true)
  assert.deepEqual(
    [fixture.engine.groups.get(GROUP), fixture.count('REMOVED'), fixture.engine.nextDeadline()],
    [undefined, SLICE, undefined],
  )
  assert.deepEqual(fixture.engine.devices.require('x/d1').groups, [])
})

test('a larger group loses a slice of its devices a turn, also across a restart, and names its askers when it is gone, but those of an earlier run', () => {
  const fixture = crowd(SLICE * 6)
  assert.equal(dissolve(fixture, 'first'), false)
  assert.equal(fixture.engine.groups.members(GROUP).size, SLICE * 5)
  assert.equal(fixture.count('REMOVED'), SLICE)
  fixture.restart()
  for (const asker of ['second', 'third']) assert.equal(dissolve(fixture, asker), false)
  fixture.due()
  assert.deepEqual([fixture.engine.groups.get(GROUP), fixture.count('REMOVED')], [undefined, SLICE * 6])
  const gone = fixture.events.filter((event) => event.type === 'group.deleted')
  assert.deepEqual(
    gone.map((event) => event.type === 'group.deleted' && event.group.dissolving?.askers),
    [['second', 'third']],
  )
})

test('nobody joins a group that is being deleted, and it gets no child group', () => {
  const fixture = crowd(SLICE + 1)
  const late = fixture.turn((turn, engine) => engine.devices.create(turn, { dialect: 'x', name: 'late' })).key
  dissolve(fixture)
  assert.throws(() => fixture.turn((turn, engine) => engine.devices.join(turn, late, GROUP)), { code: 'NOT_FOUND' })
  assert.throws(
    () => fixture.turn((turn, engine) => engine.groups.create(turn, { dialect: 'x', name: 'c', parent: GROUP })),
    { code: 'NOT_FOUND' },
  )
})

test('a group that has child groups, or another version than expected, keeps its devices', () => {
  const fixture = crowd(SLICE + 1)
  assert.throws(() => dissolve(fixture, 'me', 2), { code: 'VERSION_MISMATCH' })
  fixture.turn((turn, engine) => engine.groups.create(turn, { dialect: 'x', name: 'c', parent: GROUP }))
  assert.throws(() => dissolve(fixture), { code: 'CONFLICT' })
  assert.deepEqual(
    [fixture.engine.groups.direct(GROUP).size, fixture.engine.groups.require(GROUP).dissolving],
    [SLICE + 1, undefined],
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import type { NewJob } from '../../src/core/job/model.ts'
import { SLICE } from '../../src/core/job/sweep.ts'
import { EngineFixture, MINUTE, NOON } from '../builders/engine-fixture.ts'

function continuous(rest: Partial<NewJob> = {}): {
  fixture: EngineFixture
  devices: string[]
  join: (device: string) => void
  leave: (device: string) => void
} {
  const fixture = new EngineFixture()
  const devices = fixture.devices(3)
  fixture.turn((turn, engine) => engine.groups.create(turn, { dialect: 'x', name: 'g' }))
  const join = (device: string): void => fixture.turn((turn, engine) => engine.devices.join(turn, device, 'x/g'))
  const leave = (device: string): void => fixture.turn((turn, engine) => engine.devices.leave(turn, device, 'x/g'))
  join(devices[0]!)
  fixture.job([], { selection: 'CONTINUOUS', targets: [{ type: 'group', group: 'x/g' }], ...rest })
  return { fixture, devices, join, leave }
}

test('a continuous job covers devices that join its group later, at once, and never completes', () => {
  const { fixture, devices, join } = continuous()
  fixture.report(devices[0]!, 'SUCCEEDED')
  assert.equal(fixture.jobStatus(), 'IN_PROGRESS')
  join(devices[1]!)
  assert.deepEqual(
    devices.map((device) => fixture.status(device)),
    ['SUCCEEDED', 'QUEUED', undefined],
  )
})

test('a device that leaves has what it has not begun removed, at the version it knows, and gets a new one when it comes back', () => {
  const { fixture, devices, join, leave } = continuous({ retry: [{ on: 'FAILED', times: 1 }] })
  fixture.report(devices[0]!, 'FAILED')
  leave(devices[0]!)
  const removed = fixture.engine.executions.require('x/job', devices[0]!)
  assert.deepEqual([removed.status, removed.number, removed.version], ['REMOVED', 2, 1])
  join(devices[0]!)
  const again = fixture.engine.executions.require('x/job', devices[0]!)
  assert.deepEqual([again.status, again.number, again.retried], ['QUEUED', 3, undefined])
})

for (const end of ['SUCCEEDED', 'FAILED', 'REJECTED', 'TIMED_OUT', 'CANCELED', 'REMOVED'] as const) {
  test(`who leaves and comes back after its execution is ${end} gets the next one, also after a restart`, () => {
    const { fixture, devices, join, leave } = continuous({ timeout: { inProgressMs: MINUTE } })
    const device = devices[0]!
    if (end === 'TIMED_OUT') fixture.report(device, 'IN_PROGRESS')
    else if (end === 'CANCELED') fixture.turn((turn, engine) => engine.executions.cancel(turn, 'x/job', device))
    else if (end !== 'REMOVED') fixture.report(device, end)
    if (end === 'TIMED_OUT') fixture.advance(MINUTE)
    const last = (): unknown[] => [fixture.status(device), fixture.engine.executions.require('x/job', device).number]
    if (end !== 'REMOVED') assert.deepEqual(last(), [end, 1])
    fixture.turn((turn, engine) => engine.connections.connected(turn, device))
    leave(device)
    fixture.restart()
    assert.deepEqual(last(), [end, 1])
    join(device)
    assert.deepEqual(last(), ['QUEUED', 2])
    join(device)
    assert.deepEqual(last(), ['QUEUED', 2])
    assert.deepEqual([fixture.engine.executions.totals('x/job')[end], fixture.count(end)], [1, 0])
  })
}

test('what is in progress stays so when its device leaves, may come to its end, and is followed by another only after that', () => {
  const { fixture, devices, join, leave } = continuous({ retry: [{ on: 'FAILED', times: 3 }] })
  const device = devices[0]!
  fixture.report(device, 'IN_PROGRESS')
  leave(device)
  assert.equal(fixture.status(device), 'IN_PROGRESS')
  join(device)
  assert.deepEqual(fixture.engine.executions.attempts('x/job', device).length, 1)
  leave(device)
  fixture.restart()
  assert.equal(fixture.report(device, 'IN_PROGRESS', { details: { step: '2' } }).version, 3)
  fixture.report(device, 'FAILED')
  assert.equal(fixture.status(device), 'FAILED', 'who has left has no retries any more')
  join(device)
  const again = fixture.engine.executions.require('x/job', device)
  assert.deepEqual([again.status, again.number, again.retried], ['QUEUED', 2, undefined])
})

test('who comes into another of the target groups gets the next execution once the last one has ended, and not before', () => {
  const { fixture, devices } = continuous()
  const device = devices[0]!
  const into = (name: string, parent?: string): void =>
    fixture.turn((turn, engine) => {
      engine.groups.create(turn, { dialect: 'x', name, ...(parent !== undefined && { parent }) })
      engine.devices.join(turn, device, `x/${name}`)
    })
  const number = (): number => fixture.engine.executions.require('x/job', device).number
  fixture.turn((turn, engine) => engine.groups.create(turn, { dialect: 'x', name: 'other' }))
  fixture.turn((turn, engine) => engine.jobs.associate(turn, 'x/job', [{ type: 'group', group: 'x/other' }]))
  fixture.turn((turn, engine) => engine.devices.join(turn, device, 'x/other'))
  assert.equal(number(), 1)
  fixture.report(device, 'SUCCEEDED')
  into('elsewhere')
  assert.equal(number(), 1, 'a group that is no target is no reason')
  into('below', 'x/other')
  assert.deepEqual([number(), fixture.status(device)], [2, 'QUEUED'])
  fixture.report(device, 'SUCCEEDED')
  fixture.turn((turn, engine) => engine.devices.leave(turn, device, 'x/other'))
  assert.deepEqual([number(), fixture.status(device)], [2, 'SUCCEEDED'], 'it is a target by another group still')
})

test('who comes back outside the maintenance window gets the next execution in the next one', () => {
  const windows = [{ cron: '0 18 * * *', durationMs: 30 * MINUTE }]
  const { fixture, devices, join, leave } = continuous({ schedule: { windows } })
  const device = devices[0]!
  fixture.advance(6 * 60 * MINUTE)
  fixture.report(device, 'SUCCEEDED')
  fixture.advance(60 * MINUTE)
  leave(device)
  join(device)
  fixture.restart()
  assert.equal(fixture.status(device), 'SUCCEEDED')
  fixture.advance(24 * 60 * MINUTE)
  assert.deepEqual([fixture.status(device), fixture.engine.executions.require('x/job', device).number], ['QUEUED', 2])
})

test('an execution that people have deleted does not come back by itself, but when the device comes back, under a number of its own', () => {
  const { fixture, devices, join, leave } = continuous()
  const device = devices[0]!
  fixture.turn((turn, engine) => engine.executions.delete(turn, 'x/job', device, 1))
  fixture.turn((turn, engine) => engine.connections.connected(turn, device))
  fixture.restart()
  fixture.turn((turn, engine) => engine.devices.update(turn, device, { tags: { room: 'kitchen' } }))
  assert.equal(fixture.status(device), undefined)
  leave(device)
  fixture.restart()
  join(device)
  assert.deepEqual([fixture.status(device), fixture.engine.executions.require('x/job', device).number], ['QUEUED', 2])
})

test('numbers of deleted executions are not given again, in whatever order they were deleted', () => {
  const { fixture, devices, join, leave } = continuous({ retry: [{ on: 'FAILED', times: 1 }] })
  const device = devices[0]!
  fixture.report(device, 'FAILED')
  for (const number of [2, 1]) fixture.turn((turn, engine) => engine.executions.delete(turn, 'x/job', device, number))
  leave(device)
  join(device)
  assert.equal(fixture.engine.executions.require('x/job', device).number, 3)
})

test('an execution that is deleted while its device is away does not keep the next one from it when it comes back', () => {
  const { fixture, devices, join, leave } = continuous()
  const device = devices[0]!
  leave(device)
  fixture.turn((turn, engine) => engine.executions.delete(turn, 'x/job', device, 1))
  fixture.restart()
  join(device)
  assert.deepEqual([fixture.status(device), fixture.engine.executions.require('x/job', device).number], ['QUEUED', 2])
})

test('nothing is kept of deleted executions once their job is deleted', () => {
  const { fixture, devices } = continuous()
  fixture.turn((turn, engine) => engine.executions.delete(turn, 'x/job', devices[0]!, 1))
  fixture.restart()
  fixture.turn((turn, engine) => engine.jobs.delete(turn, 'x/job', { force: true }))
  assert.equal(fixture.tables.table('erased').size, 0)
})

test('deleting a device takes it out of the continuous jobs it was pending in, also of those it has begun', () => {
  for (const began of [false, true]) {
    const { fixture, devices, join } = continuous()
    if (began) fixture.report(devices[0]!, 'IN_PROGRESS')
    fixture.turn((turn, engine) => engine.devices.delete(turn, devices[0]!))
    const { status, version } = fixture.engine.executions.require('x/job', devices[0]!)
    assert.deepEqual([status, version], ['REMOVED', began ? 2 : 1])
    fixture.devices(1)
    assert.equal(fixture.status(devices[0]!), 'REMOVED')
    join(devices[0]!)
    assert.equal(fixture.engine.executions.require('x/job', devices[0]!).number, 2)
  }
})

test('a continuous job on a query follows what twins and tags say', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1)
  fixture.job([], {
    selection: 'CONTINUOUS',
    targets: [{ type: 'query', where: { op: '=', path: 'twin.reported.ver', value: '1.0' }, text: '' }],
  })
  const report = (ver: string): void =>
    void fixture.turn((turn, engine) => engine.twins.update(turn, device!, undefined, { reported: { ver } }))
  report('1.0')
  assert.equal(fixture.status(device!), 'QUEUED')
  report('2.0')
  assert.equal(fixture.status(device!), 'REMOVED')
})

test('targets can be added to a continuous job in progress, and to no other', () => {
  const { fixture, devices } = continuous()
  fixture.turn((turn, engine) =>
    engine.jobs.associate(turn, 'x/job', [{ type: 'device', device: devices[2]! }], { comment: 'more' }),
  )
  assert.deepEqual(
    devices.map((device) => fixture.status(device)),
    ['QUEUED', undefined, 'QUEUED'],
  )
  fixture.job([devices[0]!], { key: 'x/snapshot' })
  const add = (): unknown =>
    fixture.turn((turn, engine) => engine.jobs.associate(turn, 'x/snapshot', [{ type: 'device', device: devices[1]! }]))
  assert.throws(add, (error) => error instanceof HubError && error.code === 'INVALID')
})

test('a job that is run again passes over devices that have left it since they failed, also while the list is being worked through', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(SLICE + 2)
  fixture.turn((turn, engine) => {
    engine.groups.create(turn, { dialect: 'x', name: 'g' })
    for (const device of devices) engine.devices.join(turn, device, 'x/g')
  })
  fixture.job([], { selection: 'CONTINUOUS', targets: [{ type: 'group', group: 'x/g' }] })
  fixture.due()
  for (const device of devices) fixture.report(device, 'FAILED')
  fixture.turn((turn, engine) => engine.devices.leave(turn, devices[0]!, 'x/g'))
  assert.equal(
    fixture.turn((turn, engine) => engine.jobs.rerun(turn, 'x/job')),
    SLICE + 1,
  )
  fixture.turn((turn, engine) => engine.devices.leave(turn, devices.at(-1)!, 'x/g'))
  fixture.due()
  assert.deepEqual(
    [fixture.status(devices[0]!), fixture.status(devices.at(-1)!), fixture.count('QUEUED')],
    ['FAILED', 'FAILED', SLICE],
  )
})

test('a device that several continuous jobs mean gets them in the order of their creation, also of one that began later, whether or not the hub has been restarted', () => {
  const order = (restarts: boolean): string[] => {
    const { fixture, devices, join } = continuous({ key: 'x/later', schedule: { startAt: NOON + MINUTE } })
    fixture.job([], { selection: 'CONTINUOUS', targets: [{ type: 'group', group: 'x/g' }] })
    fixture.advance(MINUTE)
    if (restarts) fixture.restart()
    join(devices[1]!)
    return fixture.engine.executions.pending(devices[1]!).map(({ job }) => job)
  }
  assert.deepEqual(
    [order(false), order(true)],
    [
      ['x/later', 'x/job'],
      ['x/later', 'x/job'],
    ],
  )
})

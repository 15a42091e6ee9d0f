import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import type { NewJob } from '../../src/core/job/model.ts'
import { SLICE } from '../../src/core/job/sweep.ts'
import { Hall, MINUTE, NOON } from '../builders/hall.ts'

function continuous(rest: Partial<NewJob> = {}): { hall: Hall; devices: string[]; join: (device: string) => void; leave: (device: string) => void } {
  const hall = new Hall()
  const devices = hall.devices(3)
  hall.turn((turn, engine) => engine.groups.create(turn, { dialect: 'x', name: 'g' }))
  const join = (device: string): void => hall.turn((turn, engine) => engine.devices.join(turn, device, 'x/g'))
  const leave = (device: string): void => hall.turn((turn, engine) => engine.devices.leave(turn, device, 'x/g'))
  join(devices[0]!)
  hall.job([], { selection: 'CONTINUOUS', targets: [{ type: 'group', group: 'x/g' }], ...rest })
  return { hall, devices, join, leave }
}

test('a continuous job covers devices that join its group later, at once, and never completes', () => {
  const { hall, devices, join } = continuous()
  hall.report(devices[0]!, 'SUCCEEDED')
  assert.equal(hall.jobStatus(), 'IN_PROGRESS')
  join(devices[1]!)
  assert.deepEqual(devices.map((device) => hall.status(device)), ['SUCCEEDED', 'QUEUED', undefined])
})

test('a device that leaves has what it has not begun removed, at the version it knows, and gets a new one when it comes back', () => {
  const { hall, devices, join, leave } = continuous({ retry: [{ on: 'FAILED', times: 1 }] })
  hall.report(devices[0]!, 'FAILED')
  leave(devices[0]!)
  const removed = hall.engine.executions.require('x/job', devices[0]!)
  assert.deepEqual([removed.status, removed.number, removed.version], ['REMOVED', 2, 1])
  join(devices[0]!)
  const again = hall.engine.executions.require('x/job', devices[0]!)
  assert.deepEqual([again.status, again.number, again.retried], ['QUEUED', 3, undefined])
})

for (const end of ['SUCCEEDED', 'FAILED', 'REJECTED', 'TIMED_OUT', 'CANCELED', 'REMOVED'] as const) {
  test(`who leaves and comes back after its execution is ${end} gets the next one, also after a restart`, () => {
    const { hall, devices, join, leave } = continuous({ timeout: { inProgressMs: MINUTE } })
    const device = devices[0]!
    if (end === 'TIMED_OUT') hall.report(device, 'IN_PROGRESS')
    else if (end === 'CANCELED') hall.turn((turn, engine) => engine.executions.cancel(turn, 'x/job', device))
    else if (end !== 'REMOVED') hall.report(device, end)
    if (end === 'TIMED_OUT') hall.advance(MINUTE)
    const last = (): unknown[] => [hall.status(device), hall.engine.executions.require('x/job', device).number]
    if (end !== 'REMOVED') assert.deepEqual(last(), [end, 1])
    hall.turn((turn, engine) => engine.connections.connected(turn, device))
    leave(device)
    hall.restart()
    assert.deepEqual(last(), [end, 1])
    join(device)
    assert.deepEqual(last(), ['QUEUED', 2])
    join(device)
    assert.deepEqual(last(), ['QUEUED', 2])
    assert.deepEqual([hall.engine.executions.totals('x/job')[end], hall.count(end)], [1, 0])
  })
}

test('what is in progress stays so when its device leaves, may come to its end, and is followed by another only after that', () => {
  const { hall, devices, join, leave } = continuous({ retry: [{ on: 'FAILED', times: 3 }] })
  const device = devices[0]!
  hall.report(device, 'IN_PROGRESS')
  leave(device)
  assert.equal(hall.status(device), 'IN_PROGRESS')
  join(device)
  assert.deepEqual(hall.engine.executions.attempts('x/job', device).length, 1)
  leave(device)
  hall.restart()
  assert.equal(hall.report(device, 'IN_PROGRESS', { details: { step: '2' } }).version, 3)
  hall.report(device, 'FAILED')
  assert.equal(hall.status(device), 'FAILED', 'who has left has no retries any more')
  join(device)
  const again = hall.engine.executions.require('x/job', device)
  assert.deepEqual([again.status, again.number, again.retried], ['QUEUED', 2, undefined])
})

test('who comes into another of the target groups gets the next execution once the last one has ended, and not before', () => {
  const { hall, devices } = continuous()
  const device = devices[0]!
  const into = (name: string, parent?: string): void =>
    hall.turn((turn, engine) => {
      engine.groups.create(turn, { dialect: 'x', name, ...(parent !== undefined && { parent }) })
      engine.devices.join(turn, device, `x/${name}`)
    })
  const number = (): number => hall.engine.executions.require('x/job', device).number
  hall.turn((turn, engine) => engine.groups.create(turn, { dialect: 'x', name: 'other' }))
  hall.turn((turn, engine) => engine.jobs.associate(turn, 'x/job', [{ type: 'group', group: 'x/other' }]))
  hall.turn((turn, engine) => engine.devices.join(turn, device, 'x/other'))
  assert.equal(number(), 1)
  hall.report(device, 'SUCCEEDED')
  into('elsewhere')
  assert.equal(number(), 1, 'a group that is no target is no reason')
  into('below', 'x/other')
  assert.deepEqual([number(), hall.status(device)], [2, 'QUEUED'])
  hall.report(device, 'SUCCEEDED')
  hall.turn((turn, engine) => engine.devices.leave(turn, device, 'x/other'))
  assert.deepEqual([number(), hall.status(device)], [2, 'SUCCEEDED'], 'it is a target by another group still')
})

test('who comes back outside the maintenance window gets the next execution in the next one', () => {
  const windows = [{ cron: '0 18 * * *', durationMs: 30 * MINUTE }]
  const { hall, devices, join, leave } = continuous({ schedule: { windows } })
  const device = devices[0]!
  hall.advance(6 * 60 * MINUTE)
  hall.report(device, 'SUCCEEDED')
  hall.advance(60 * MINUTE)
  leave(device)
  join(device)
  hall.restart()
  assert.equal(hall.status(device), 'SUCCEEDED')
  hall.advance(24 * 60 * MINUTE)
  assert.deepEqual([hall.status(device), hall.engine.executions.require('x/job', device).number], ['QUEUED', 2])
})

test('an execution that people have deleted does not come back by itself, but when the device comes back, under a number of its own', () => {
  const { hall, devices, join, leave } = continuous()
  const device = devices[0]!
  hall.turn((turn, engine) => engine.executions.delete(turn, 'x/job', device, 1))
  hall.turn((turn, engine) => engine.connections.connected(turn, device))
  hall.restart()
  hall.turn((turn, engine) => engine.devices.update(turn, device, { tags: { room: 'kitchen' } }))
  assert.equal(hall.status(device), undefined)
  leave(device)
  hall.restart()
  join(device)
  assert.deepEqual([hall.status(device), hall.engine.executions.require('x/job', device).number], ['QUEUED', 2])
})

test('numbers of deleted executions are not given again, in whatever order they were deleted', () => {
  const { hall, devices, join, leave } = continuous({ retry: [{ on: 'FAILED', times: 1 }] })
  const device = devices[0]!
  hall.report(device, 'FAILED')
  for (const number of [2, 1]) hall.turn((turn, engine) => engine.executions.delete(turn, 'x/job', device, number))
  leave(device)
  join(device)
  assert.equal(hall.engine.executions.require('x/job', device).number, 3)
})

test('an execution that is deleted while its device is away does not keep the next one from it when it comes back', () => {
  const { hall, devices, join, leave } = continuous()
  const device = devices[0]!
  leave(device)
  hall.turn((turn, engine) => engine.executions.delete(turn, 'x/job', device, 1))
  hall.restart()
  join(device)
  assert.deepEqual([hall.status(device), hall.engine.executions.require('x/job', device).number], ['QUEUED', 2])
})

test('nothing is kept of deleted executions once their job is deleted', () => {
  const { hall, devices } = continuous()
  hall.turn((turn, engine) => engine.executions.delete(turn, 'x/job', devices[0]!, 1))
  hall.restart()
  hall.turn((turn, engine) => engine.jobs.delete(turn, 'x/job', { force: true }))
  assert.equal(hall.tables.table('erased').size, 0)
})

test('deleting a device takes it out of the continuous jobs it was pending in, also of those it has begun', () => {
  for (const began of [false, true]) {
    const { hall, devices, join } = continuous()
    if (began) hall.report(devices[0]!, 'IN_PROGRESS')
    hall.turn((turn, engine) => engine.devices.delete(turn, devices[0]!))
    const { status, version } = hall.engine.executions.require('x/job', devices[0]!)
    assert.deepEqual([status, version], ['REMOVED', began ? 2 : 1])
    hall.devices(1)
    assert.equal(hall.status(devices[0]!), 'REMOVED')
    join(devices[0]!)
    assert.equal(hall.engine.executions.require('x/job', devices[0]!).number, 2)
  }
})

test('a continuous job on a query follows what twins and tags say', () => {
  const hall = new Hall()
  const [device] = hall.devices(1)
  hall.job([], { selection: 'CONTINUOUS', targets: [{ type: 'query', where: { op: '=', path: 'twin.reported.ver', value: '1.0' }, text: '' }] })
  const report = (ver: string): void => void hall.turn((turn, engine) => engine.twins.update(turn, device!, undefined, { reported: { ver } }))
  report('1.0')
  assert.equal(hall.status(device!), 'QUEUED')
  report('2.0')
  assert.equal(hall.status(device!), 'REMOVED')
})

test('targets can be added to a continuous job in progress, and to no other', () => {
  const { hall, devices } = continuous()
  hall.turn((turn, engine) => engine.jobs.associate(turn, 'x/job', [{ type: 'device', device: devices[2]! }], { comment: 'more' }))
  assert.deepEqual(devices.map((device) => hall.status(device)), ['QUEUED', undefined, 'QUEUED'])
  hall.job([devices[0]!], { key: 'x/snapshot' })
  const add = (): unknown => hall.turn((turn, engine) => engine.jobs.associate(turn, 'x/snapshot', [{ type: 'device', device: devices[1]! }]))
  assert.throws(add, (error) => error instanceof HubError && error.code === 'INVALID')
})

test('a job that is run again passes over devices that have left it since they failed, also while the list is being worked through', () => {
  const hall = new Hall()
  const devices = hall.devices(SLICE + 2)
  hall.turn((turn, engine) => {
    engine.groups.create(turn, { dialect: 'x', name: 'g' })
    for (const device of devices) engine.devices.join(turn, device, 'x/g')
  })
  hall.job([], { selection: 'CONTINUOUS', targets: [{ type: 'group', group: 'x/g' }] })
  hall.due()
  for (const device of devices) hall.report(device, 'FAILED')
  hall.turn((turn, engine) => engine.devices.leave(turn, devices[0]!, 'x/g'))
  assert.equal(hall.turn((turn, engine) => engine.jobs.rerun(turn, 'x/job')), SLICE + 1)
  hall.turn((turn, engine) => engine.devices.leave(turn, devices.at(-1)!, 'x/g'))
  hall.due()
  assert.deepEqual([hall.status(devices[0]!), hall.status(devices.at(-1)!), hall.count('QUEUED')], ['FAILED', 'FAILED', SLICE])
})

test('a device that several continuous jobs mean gets them in the order of their creation, also of one that began later, whether or not the hub has been restarted', () => {
  const order = (restarts: boolean): string[] => {
    const { hall, devices, join } = continuous({ key: 'x/later', schedule: { startAt: NOON + MINUTE } })
    hall.job([], { selection: 'CONTINUOUS', targets: [{ type: 'group', group: 'x/g' }] })
    hall.advance(MINUTE)
    if (restarts) hall.restart()
    join(devices[1]!)
    return hall.engine.executions.pending(devices[1]!).map(({ job }) => job)
  }
  assert.deepEqual([order(false), order(true)], [['x/later', 'x/job'], ['x/later', 'x/job']])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextWindows, windowAt } from '../../src/core/job/windows.ts'
import { SLICE } from '../../src/core/job/sweep.ts'
import { EngineFixture, MINUTE, NOON } from '../builders/engine-fixture.ts'

const HOUR = 60 * MINUTE

test('a job with a start waits for it, also across a restart; its targets are resolved then', () => {
  const fixture = new EngineFixture()
  fixture.turn((turn, engine) => engine.groups.create(turn, { dialect: 'x', name: 'all' }))
  fixture.job([], { targets: [{ type: 'group', group: 'x/all' }], schedule: { startAt: NOON + HOUR } })
  assert.equal(fixture.jobStatus(), 'SCHEDULED')
  const [device] = fixture.devices(1)
  fixture.turn((turn, engine) => engine.devices.join(turn, device!, 'x/all'))
  fixture.restart()
  fixture.advance(HOUR - 1)
  assert.equal(fixture.status(device!), undefined)
  fixture.advance(1)
  assert.deepEqual([fixture.jobStatus(), fixture.status(device!)], ['IN_PROGRESS', 'QUEUED'])
})

for (const [endBehavior, expected] of [
  ['STOP_ROLLOUT', ['IN_PROGRESS', 'QUEUED', undefined, 'IN_PROGRESS']],
  ['CANCEL', ['IN_PROGRESS', 'CANCELED', undefined, 'CANCELED']],
  ['FORCE_CANCEL', ['CANCELED', 'CANCELED', undefined, 'CANCELED']],
  ['TIME_OUT', ['TIMED_OUT', 'TIMED_OUT', undefined, 'FAILED']],
] as const) {
  test(`at its end ${endBehavior} leaves in progress, queued, not yet rolled out and job as ${expected.join(', ')}`, () => {
    const fixture = new EngineFixture()
    const devices = fixture.devices(3)
    fixture.job(devices, { rollout: { perMinute: 2 }, schedule: { endAt: NOON + 30_000, endBehavior } })
    fixture.report(devices[0]!, 'IN_PROGRESS')
    fixture.advance(10 * MINUTE)
    assert.deepEqual([...devices.map((device) => fixture.status(device)), fixture.jobStatus()], expected)
  })
}

test('at its end TIME_OUT leaves what has ended as it is, and completes a job of which a device has succeeded', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(4)
  const rules = { retry: [{ on: 'ANY', times: 5 }], abort: [{ on: 'TIMED_OUT', percent: 10, minimum: 1 }] } as const
  fixture.job(devices, {
    retry: [...rules.retry],
    abort: [...rules.abort],
    schedule: { endAt: NOON + MINUTE, endBehavior: 'TIME_OUT' },
  })
  fixture.report(devices[0]!, 'SUCCEEDED')
  fixture.report(devices[1]!, 'REJECTED')
  fixture.report(devices[2]!, 'IN_PROGRESS')
  fixture.told()
  fixture.advance(MINUTE)
  assert.deepEqual(
    devices.map((device) => fixture.status(device)),
    ['SUCCEEDED', 'REJECTED', 'TIMED_OUT', 'TIMED_OUT'],
  )
  const { status, reasonCode, completedAt, aborted } = fixture.engine.jobs.require('x/job')
  assert.deepEqual(
    [status, reasonCode, completedAt, aborted],
    ['COMPLETED', 'END_TIME_REACHED', NOON + MINUTE, undefined],
  )
  assert.deepEqual(fixture.told(), [
    'execution.changed',
    'execution.changed',
    'job.status',
    'queue.changed',
    'queue.changed',
  ])
})

test('a large job is timed out a slice at a time, also across a restart; until then it is not run again', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(SLICE * 3)
  fixture.job(devices, { schedule: { endAt: NOON + MINUTE, endBehavior: 'TIME_OUT' } })
  fixture.due()
  fixture.clock.advance(MINUTE)
  fixture.turn((turn, engine) => engine.tick(turn))
  assert.deepEqual([fixture.count('TIMED_OUT'), fixture.jobStatus()], [SLICE, 'IN_PROGRESS'])
  const rerun = (): number => fixture.turn((turn, engine) => engine.jobs.rerun(turn, 'x/job'))
  assert.throws(rerun, { code: 'INVALID_TRANSITION' })
  fixture.report(devices.at(-1)!, 'SUCCEEDED')
  fixture.restart()
  fixture.due()
  assert.deepEqual([fixture.count('TIMED_OUT'), fixture.jobStatus()], [SLICE * 3 - 1, 'COMPLETED'])
  assert.equal(rerun(), SLICE * 3 - 1)
  assert.deepEqual([fixture.jobStatus(), fixture.engine.jobs.require('x/job').reasonCode], ['IN_PROGRESS', undefined])
})

test('a job that is cancelled or deleted while it is being timed out is cancelled or deleted for what is left', () => {
  const fixture = new EngineFixture()
  fixture.job(fixture.devices(SLICE * 2), { schedule: { endAt: NOON + MINUTE, endBehavior: 'TIME_OUT' } })
  fixture.due()
  fixture.clock.advance(MINUTE)
  fixture.turn((turn, engine) => engine.tick(turn))
  fixture.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job'))
  fixture.due()
  assert.deepEqual(
    [fixture.count('TIMED_OUT'), fixture.count('CANCELED'), fixture.jobStatus()],
    [SLICE, SLICE, 'CANCELED'],
  )
  assert.equal(fixture.engine.jobs.require('x/job').reasonCode, undefined)
  fixture.turn((turn, engine) => engine.jobs.delete(turn, 'x/job'))
  fixture.due()
  assert.deepEqual([fixture.jobStatus(), fixture.tables.table('executions').size], [undefined, 0])
})

test('after STOP_ROLLOUT the job completes with what was already queued', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(2)
  fixture.job(devices, { rollout: { perMinute: 1 }, schedule: { endAt: NOON + 1000, endBehavior: 'STOP_ROLLOUT' } })
  fixture.advance(MINUTE)
  fixture.report(devices[0]!, 'SUCCEEDED')
  assert.equal(fixture.jobStatus(), 'COMPLETED')
})

test('a maintenance window is open from its start to its end, and not at its end', () => {
  const schedule = { windows: [{ cron: '0 18 * * *', durationMs: 2 * HOUR }] }
  const six = Date.UTC(2026, 10, 22, 18)
  assert.deepEqual(
    [six - 1, six, six + HOUR, six + 2 * HOUR - 1, six + 2 * HOUR].map((now) => windowAt(schedule, now).open),
    [false, true, true, true, false],
  )
  assert.equal(windowAt(schedule, six - HOUR).opensAt, six)
  assert.deepEqual(nextWindows(schedule, six - 1, 2), [six, six + 24 * HOUR])
})

test('rollout happens inside maintenance windows only; what is queued may be done at any time', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(3)
  fixture.job(devices, {
    rollout: { perMinute: 1 },
    schedule: { windows: [{ cron: '0 18 * * *', durationMs: 2 * MINUTE }] },
  })
  assert.equal(fixture.count('QUEUED'), 0)
  fixture.advance(6 * HOUR + 10 * MINUTE)
  assert.equal(fixture.count('QUEUED'), 2)
  fixture.report(devices[0]!, 'SUCCEEDED')
  fixture.advance(24 * HOUR)
  assert.deepEqual([fixture.count('QUEUED'), fixture.count('SUCCEEDED')], [2, 1])
})

test('a rollout whose schedule ended while the hub was down queues nothing more', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(5)
  fixture.job(devices, { rollout: { perMinute: 2 }, schedule: { endAt: NOON + MINUTE, endBehavior: 'STOP_ROLLOUT' } })
  fixture.clock.advanceTo(NOON + 10 * MINUTE)
  fixture.restart()
  fixture.due()
  assert.deepEqual([fixture.count('QUEUED'), fixture.jobStatus()], [2, 'IN_PROGRESS'])
  for (const device of devices.slice(0, 2)) fixture.report(device, 'SUCCEEDED')
  assert.equal(fixture.jobStatus(), 'COMPLETED')
})

for (const [endBehavior, status] of [
  ['STOP_ROLLOUT', 'COMPLETED'],
  ['CANCEL', 'CANCELED'],
  ['FORCE_CANCEL', 'CANCELED'],
] as const) {
  test(`a job whose whole schedule passed while the hub was down reaches no device, and is ${status} after ${endBehavior}`, () => {
    const fixture = new EngineFixture()
    const devices = fixture.devices(2)
    fixture.job(devices, { schedule: { startAt: NOON + MINUTE, endAt: NOON + 2 * MINUTE, endBehavior } })
    fixture.clock.advanceTo(NOON + 10 * MINUTE)
    fixture.restart()
    fixture.told()
    fixture.due()
    assert.equal(fixture.jobStatus(), status)
    assert.equal(fixture.told().includes('execution.queued'), false)
  })
}

test('what timed out after the schedule had ended, while the hub was down, is not tried again', () => {
  const fixture = new EngineFixture()
  const [device = ''] = fixture.devices(1)
  fixture.job([device], {
    timeout: { inProgressMs: 2 * MINUTE },
    retry: [{ on: 'TIMED_OUT', times: 3 }],
    schedule: { endAt: NOON + 3 * MINUTE },
  })
  fixture.report(device, 'IN_PROGRESS')
  fixture.clock.advanceTo(NOON + 10 * MINUTE)
  fixture.restart()
  fixture.due()
  assert.deepEqual([fixture.count('TIMED_OUT'), fixture.count('QUEUED'), fixture.jobStatus()], [1, 0, 'COMPLETED'])
})

test('a continuous job whose schedule has ended takes no more targets', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(2)
  fixture.turn((turn, engine) => {
    for (const [index, name] of ['g', 'h'].entries()) {
      engine.groups.create(turn, { dialect: 'x', name })
      engine.devices.join(turn, devices[index]!, `x/${name}`)
    }
  })
  fixture.job([], {
    selection: 'CONTINUOUS',
    targets: [{ type: 'group', group: 'x/g' }],
    schedule: { endAt: NOON + MINUTE },
  })
  fixture.advance(MINUTE)
  assert.equal(fixture.jobStatus(), 'IN_PROGRESS')
  assert.throws(
    () => fixture.turn((turn, engine) => engine.jobs.associate(turn, 'x/job', [{ type: 'group', group: 'x/h' }])),
    { code: 'INVALID' },
  )
  assert.equal(fixture.status(devices[1]!), undefined)
})

test('a rollout whose next minute begins outside the maintenance window is next due when one opens', () => {
  const fixture = new EngineFixture()
  fixture.job(fixture.devices(3), {
    rollout: { perMinute: 1 },
    schedule: { windows: [{ cron: '0 12,18 * * *', durationMs: MINUTE }] },
  })
  assert.equal(fixture.count('QUEUED'), 1)
  assert.equal(fixture.engine.nextDeadline(), NOON + 6 * HOUR)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextWindows, windowAt } from '../../src/core/job/windows.ts'
import { Hall, MINUTE, NOON } from '../builders/hall.ts'

const HOUR = 60 * MINUTE

test('a job with a start waits for it, also across a restart; its targets are resolved then', () => {
  const hall = new Hall()
  hall.turn((turn, engine) => engine.groups.create(turn, { dialect: 'x', name: 'all' }))
  hall.job([], { targets: [{ type: 'group', group: 'x/all' }], schedule: { startAt: NOON + HOUR } })
  assert.equal(hall.jobStatus(), 'SCHEDULED')
  const [device] = hall.devices(1)
  hall.turn((turn, engine) => engine.devices.join(turn, device!, 'x/all'))
  hall.restart()
  hall.advance(HOUR - 1)
  assert.equal(hall.status(device!), undefined)
  hall.advance(1)
  assert.deepEqual([hall.jobStatus(), hall.status(device!)], ['IN_PROGRESS', 'QUEUED'])
})

for (const [endBehavior, expected] of [
  ['STOP_ROLLOUT', ['IN_PROGRESS', 'QUEUED', undefined, 'IN_PROGRESS']],
  ['CANCEL', ['IN_PROGRESS', 'CANCELED', undefined, 'CANCELED']],
  ['FORCE_CANCEL', ['CANCELED', 'CANCELED', undefined, 'CANCELED']],
] as const) {
  test(`at its end ${endBehavior} leaves in progress, queued, not yet rolled out and job as ${expected.join(', ')}`, () => {
    const hall = new Hall()
    const devices = hall.devices(3)
    hall.job(devices, { rollout: { perMinute: 2 }, schedule: { endAt: NOON + 30_000, endBehavior } })
    hall.report(devices[0]!, 'IN_PROGRESS')
    hall.advance(10 * MINUTE)
    assert.deepEqual([...devices.map((device) => hall.status(device)), hall.jobStatus()], expected)
  })
}

test('after STOP_ROLLOUT the job completes with what was already queued', () => {
  const hall = new Hall()
  const devices = hall.devices(2)
  hall.job(devices, { rollout: { perMinute: 1 }, schedule: { endAt: NOON + 1000, endBehavior: 'STOP_ROLLOUT' } })
  hall.advance(MINUTE)
  hall.report(devices[0]!, 'SUCCEEDED')
  assert.equal(hall.jobStatus(), 'COMPLETED')
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
  const hall = new Hall()
  const devices = hall.devices(3)
  hall.job(devices, { rollout: { perMinute: 1 }, schedule: { windows: [{ cron: '0 18 * * *', durationMs: 2 * MINUTE }] } })
  assert.equal(hall.count('QUEUED'), 0)
  hall.advance(6 * HOUR + 10 * MINUTE)
  assert.equal(hall.count('QUEUED'), 2)
  hall.report(devices[0]!, 'SUCCEEDED')
  hall.advance(24 * HOUR)
  assert.deepEqual([hall.count('QUEUED'), hall.count('SUCCEEDED')], [2, 1])
})

test('a rollout whose schedule ended while the hub was down queues nothing more', () => {
  const hall = new Hall()
  const devices = hall.devices(5)
  hall.job(devices, { rollout: { perMinute: 2 }, schedule: { endAt: NOON + MINUTE, endBehavior: 'STOP_ROLLOUT' } })
  hall.clock.advanceTo(NOON + 10 * MINUTE)
  hall.restart()
  hall.due()
  assert.deepEqual([hall.count('QUEUED'), hall.jobStatus()], [2, 'IN_PROGRESS'])
  for (const device of devices.slice(0, 2)) hall.report(device, 'SUCCEEDED')
  assert.equal(hall.jobStatus(), 'COMPLETED')
})

for (const [endBehavior, status] of [['STOP_ROLLOUT', 'COMPLETED'], ['CANCEL', 'CANCELED'], ['FORCE_CANCEL', 'CANCELED']] as const) {
  test(`a job whose whole schedule passed while the hub was down reaches no device, and is ${status} after ${endBehavior}`, () => {
    const hall = new Hall()
    const devices = hall.devices(2)
    hall.job(devices, { schedule: { startAt: NOON + MINUTE, endAt: NOON + 2 * MINUTE, endBehavior } })
    hall.clock.advanceTo(NOON + 10 * MINUTE)
    hall.restart()
    hall.told()
    hall.due()
    assert.equal(hall.jobStatus(), status)
    assert.equal(hall.told().includes('execution.queued'), false)
  })
}

test('what timed out after the schedule had ended, while the hub was down, is not tried again', () => {
  const hall = new Hall()
  const [device = ''] = hall.devices(1)
  hall.job([device], { timeout: { inProgressMs: 2 * MINUTE }, retry: [{ on: 'TIMED_OUT', times: 3 }], schedule: { endAt: NOON + 3 * MINUTE } })
  hall.report(device, 'IN_PROGRESS')
  hall.clock.advanceTo(NOON + 10 * MINUTE)
  hall.restart()
  hall.due()
  assert.deepEqual([hall.count('TIMED_OUT'), hall.count('QUEUED'), hall.jobStatus()], [1, 0, 'COMPLETED'])
})

test('a continuous job whose schedule has ended takes no more targets', () => {
  const hall = new Hall()
  const devices = hall.devices(2)
  hall.turn((turn, engine) => {
    for (const [index, name] of ['g', 'h'].entries()) {
      engine.groups.create(turn, { dialect: 'x', name })
      engine.devices.join(turn, devices[index]!, `x/${name}`)
    }
  })
  hall.job([], { selection: 'CONTINUOUS', targets: [{ type: 'group', group: 'x/g' }], schedule: { endAt: NOON + MINUTE } })
  hall.advance(MINUTE)
  assert.equal(hall.jobStatus(), 'IN_PROGRESS')
  assert.throws(() => hall.turn((turn, engine) => engine.jobs.associate(turn, 'x/job', [{ type: 'group', group: 'x/h' }])), { code: 'INVALID' })
  assert.equal(hall.status(devices[1]!), undefined)
})

test('a rollout whose next minute begins outside the maintenance window is next due when one opens', () => {
  const hall = new Hall()
  hall.job(hall.devices(3), { rollout: { perMinute: 1 }, schedule: { windows: [{ cron: '0 12,18 * * *', durationMs: MINUTE }] } })
  assert.equal(hall.count('QUEUED'), 1)
  assert.equal(hall.engine.nextDeadline(), NOON + 6 * HOUR)
})

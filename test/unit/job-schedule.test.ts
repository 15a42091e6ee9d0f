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

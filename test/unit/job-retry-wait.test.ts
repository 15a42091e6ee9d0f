import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NewJob } from '../../src/core/job/model.ts'
import { EngineFixture, MINUTE, NOON } from '../builders/engine-fixture.ts'

const TEN = 10 * MINUTE
const waiting: Partial<NewJob> = { retry: [{ on: 'FAILED', times: 1, afterMs: TEN }] }

const retryAt = (fixture: EngineFixture, device: string): number | undefined =>
  fixture.engine.executions.retryAt('x/job', device)

test('a retry that waits is queued when its time has come, and the job is in progress until then', () => {
  for (const restarts of [false, true]) {
    const fixture = new EngineFixture()
    const [device] = fixture.devices(1) as [string]
    fixture.job([device], waiting)
    fixture.report(device, 'FAILED')
    assert.deepEqual(
      [fixture.status(device), fixture.jobStatus(), retryAt(fixture, device)],
      ['FAILED', 'IN_PROGRESS', NOON + TEN],
    )
    if (restarts) fixture.restart()
    fixture.advance(TEN - 1)
    assert.equal(fixture.status(device), 'FAILED')
    fixture.advance(1)
    const { status, number, retried } = fixture.engine.executions.require('x/job', device)
    assert.deepEqual([status, number, retried], ['QUEUED', 2, { FAILED: 1, TIMED_OUT: 0 }])
    assert.equal(retryAt(fixture, device), undefined)
    fixture.report(device, 'FAILED')
    assert.equal(fixture.jobStatus(), 'COMPLETED')
  }
})

test('each rule has its own wait, and the first that has the failure retried says how long', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(2)
  fixture.job(devices, {
    timeout: { inProgressMs: MINUTE },
    retry: [
      { on: 'FAILED', times: 1 },
      { on: 'ANY', times: 2, afterMs: TEN },
    ],
  })
  fixture.report(devices[0]!, 'FAILED')
  assert.equal(fixture.status(devices[0]!), 'QUEUED')
  fixture.report(devices[0]!, 'FAILED')
  assert.equal(retryAt(fixture, devices[0]!), NOON + TEN)
  fixture.report(devices[1]!, 'IN_PROGRESS')
  fixture.advance(MINUTE)
  assert.deepEqual([fixture.status(devices[1]!), retryAt(fixture, devices[1]!)], ['TIMED_OUT', NOON + MINUTE + TEN])
})

test('devices that wait for the same instant try again in the order in which they were first given the work', () => {
  for (const restarts of [false, true]) {
    const fixture = new EngineFixture()
    const devices = fixture.devices(3)
    fixture.job(devices, waiting)
    for (const device of devices.toReversed()) fixture.report(device, 'FAILED')
    if (restarts) fixture.restart()
    fixture.told()
    fixture.clock.advance(TEN)
    fixture.turn((turn, engine) => engine.tick(turn))
    const queued = fixture.events.flatMap((event) =>
      event.type === 'execution.queued' ? [event.execution.device] : [],
    )
    assert.deepEqual(queued, devices)
  }
})

for (const [what, end, becomes] of [
  [
    'is cancelled',
    (fixture: EngineFixture) => fixture.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job')),
    'CANCELED',
  ],
  [
    'is deleted',
    (fixture: EngineFixture) => fixture.turn((turn, engine) => engine.jobs.delete(turn, 'x/job', { force: true })),
    undefined,
  ],
  ['comes to the end of its schedule', (fixture: EngineFixture) => fixture.advance(5 * MINUTE), 'COMPLETED'],
  [
    'loses the device',
    (fixture: EngineFixture) => fixture.turn((turn, engine) => engine.devices.delete(turn, 'x/d1')),
    'COMPLETED',
  ],
  [
    'loses the failed attempt',
    (fixture: EngineFixture) => fixture.turn((turn, engine) => engine.executions.delete(turn, 'x/job', 'x/d1', 1)),
    'COMPLETED',
  ],
] as const) {
  test(`nothing waits any more once the job ${what}`, () => {
    const fixture = new EngineFixture()
    const [device] = fixture.devices(1) as [string]
    fixture.job([device], { ...waiting, schedule: { endAt: NOON + 5 * MINUTE } })
    fixture.report(device, 'FAILED')
    end(fixture)
    assert.deepEqual([fixture.jobStatus(), fixture.tables.table('retries').size], [becomes, 0])
    fixture.advance(2 * TEN)
    assert.equal(fixture.engine.executions.get('x/job', device, 2), undefined)
  })
}

test('where the end of the schedule comes while the hub is down it counts, not the retry that was due before', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1) as [string]
  fixture.job([device], { ...waiting, schedule: { endAt: NOON + 2 * TEN, endBehavior: 'TIME_OUT' } })
  fixture.report(device, 'FAILED')
  fixture.clock.advance(3 * TEN)
  fixture.restart()
  fixture.due()
  const { status, reasonCode } = fixture.engine.jobs.require('x/job')
  assert.deepEqual(
    [status, reasonCode, fixture.engine.executions.require('x/job', device).number],
    ['FAILED', 'END_TIME_REACHED', 1],
  )
})

test('a device that people run again does not wait any more, and is not given the work twice', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1) as [string]
  fixture.job([device], waiting)
  fixture.report(device, 'FAILED')
  assert.equal(
    fixture.turn((turn, engine) => engine.jobs.rerun(turn, 'x/job')),
    1,
  )
  assert.deepEqual([fixture.status(device), retryAt(fixture, device)], ['QUEUED', undefined])
  fixture.report(device, 'SUCCEEDED')
  fixture.advance(TEN)
  assert.deepEqual([fixture.jobStatus(), fixture.engine.executions.require('x/job', device).number], ['COMPLETED', 2])
})

test('a wait below nothing is refused with field, value and rule', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(1)
  assert.throws(
    () =>
      fixture.job(devices, {
        retry: [
          { on: 'ANY', times: 1 },
          { on: 'FAILED', times: 1, afterMs: -1 },
        ],
      }),
    /retry\[1\]\.afterMs.*-1.*must be at least 0/,
  )
})

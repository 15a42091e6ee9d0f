import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import { mayBecome } from '../../src/core/job/states.ts'
import { SLICE } from '../../src/core/job/sweep.ts'
import { EngineFixture, MINUTE } from '../builders/engine-fixture.ts'

const rerun = (fixture: EngineFixture): number => fixture.turn((turn, engine) => engine.jobs.rerun(turn, 'x/job'))

test('what failed or timed out is queued again, the rest stays, and a completed job is in progress until they end', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(4)
  fixture.job(devices, { timeout: { inProgressMs: MINUTE } })
  fixture.report(devices[0]!, 'SUCCEEDED')
  fixture.report(devices[1]!, 'FAILED')
  fixture.report(devices[2]!, 'REJECTED')
  fixture.report(devices[3]!, 'IN_PROGRESS')
  fixture.advance(MINUTE)
  assert.equal(fixture.jobStatus(), 'COMPLETED')
  fixture.told()
  assert.equal(rerun(fixture), 2)
  assert.deepEqual(fixture.told(), [
    'job.status',
    'execution.queued',
    'execution.queued',
    'queue.changed',
    'queue.changed',
  ])
  assert.deepEqual(
    devices.map((device) => fixture.status(device)),
    ['SUCCEEDED', 'QUEUED', 'REJECTED', 'QUEUED'],
  )
  assert.equal(fixture.engine.executions.require('x/job', devices[1]!).number, 2)
  assert.deepEqual([fixture.jobStatus(), fixture.engine.jobs.require('x/job').completedAt], ['IN_PROGRESS', undefined])
  fixture.report(devices[1]!, 'SUCCEEDED')
  fixture.report(devices[3]!, 'SUCCEEDED')
  assert.deepEqual(
    [fixture.jobStatus(), fixture.engine.jobs.require('x/job').completedAt],
    ['COMPLETED', fixture.clock.now()],
  )
})

test('retries are counted anew after it', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1) as [string]
  fixture.job([device], { retry: [{ on: 'FAILED', times: 1 }] })
  fixture.report(device, 'FAILED')
  fixture.report(device, 'FAILED')
  assert.equal(fixture.jobStatus(), 'COMPLETED')
  assert.equal(rerun(fixture), 1)
  fixture.report(device, 'FAILED')
  assert.deepEqual([fixture.status(device), fixture.engine.executions.require('x/job', device).number], ['QUEUED', 4])
})

test('a large job is run again a slice at a time, also across a restart, each device once', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(SLICE * 3)
  fixture.job(devices)
  fixture.due()
  for (const device of devices) fixture.report(device, 'FAILED')
  assert.equal(rerun(fixture), SLICE * 3)
  assert.equal(fixture.count('QUEUED'), SLICE)
  // Fails again before the last slice has been queued: that is for the next time.
  fixture.report(devices[0]!, 'FAILED')
  for (const device of devices.slice(1, SLICE)) fixture.report(device, 'SUCCEEDED')
  assert.equal(fixture.jobStatus(), 'IN_PROGRESS')
  fixture.restart()
  fixture.due()
  assert.deepEqual(
    [fixture.count('QUEUED'), fixture.count('FAILED'), fixture.count('SUCCEEDED')],
    [SLICE * 2, 1, SLICE - 1],
  )
  for (const device of devices.slice(SLICE)) fixture.report(device, 'SUCCEEDED')
  assert.equal(fixture.jobStatus(), 'COMPLETED')
  assert.equal(rerun(fixture), 1)
})

test('cancelling in between leaves the rest as it failed', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(SLICE * 2)
  fixture.job(devices)
  fixture.due()
  for (const device of devices) fixture.report(device, 'FAILED')
  rerun(fixture)
  fixture.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job'))
  fixture.due()
  assert.deepEqual([fixture.count('CANCELED'), fixture.count('FAILED')], [SLICE, SLICE])
})

test('without a failure nothing happens; devices that are registered no more are left alone', () => {
  const fixture = new EngineFixture()
  const [done, gone] = fixture.devices(2) as [string, string]
  fixture.job([done, gone])
  fixture.report(done, 'SUCCEEDED')
  fixture.report(gone, 'FAILED')
  fixture.turn((turn, engine) => engine.devices.delete(turn, gone))
  fixture.told()
  assert.equal(rerun(fixture), 0)
  assert.deepEqual([fixture.told(), fixture.jobStatus()], [[], 'COMPLETED'])
})

test('after the end of its schedule the job runs what was asked for, and nothing else', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1) as [string]
  fixture.job([device], {
    schedule: { endAt: fixture.clock.now() + MINUTE, endBehavior: 'FORCE_CANCEL' },
    retry: [{ on: 'FAILED', times: 5 }],
  })
  fixture.report(device, 'REJECTED')
  const second = fixture.turn((turn, engine) =>
    engine.jobs.create(turn, { ...engine.jobs.require('x/job'), key: 'x/other', retry: [] }),
  ).key
  fixture.report(device, 'FAILED', {}, second)
  fixture.advance(2 * MINUTE)
  assert.equal(
    fixture.turn((turn, engine) => engine.jobs.rerun(turn, second)),
    1,
  )
  fixture.restart()
  fixture.advance(MINUTE)
  assert.deepEqual([fixture.status(device, second), fixture.jobStatus(second)], ['QUEUED', 'IN_PROGRESS'])
  fixture.report(device, 'FAILED', {}, second)
  assert.equal(fixture.jobStatus(second), 'COMPLETED')
})

test('a job that was cancelled or is being deleted is not run again', () => {
  const refused = (error: unknown): boolean => error instanceof HubError && error.code === 'INVALID_TRANSITION'
  const fixture = new EngineFixture()
  const devices = fixture.devices(SLICE * 2)
  fixture.job(devices)
  fixture.report(devices[0]!, 'FAILED')
  fixture.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job'))
  assert.throws(() => rerun(fixture), refused)
  fixture.turn((turn, engine) => engine.jobs.delete(turn, 'x/job'))
  assert.equal(fixture.jobStatus(), 'DELETING')
  assert.throws(() => rerun(fixture), refused)
  assert.deepEqual(
    (['SCHEDULED', 'COMPLETED', 'FAILED', 'CANCELED', 'DELETING'] as const).map((from) =>
      mayBecome(from, 'IN_PROGRESS'),
    ),
    [true, true, true, false, false],
  )
})

test('what is run again counts towards an abort by how it ends then, also after a restart', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(4)
  fixture.job(devices, { abort: [{ on: 'FAILED', percent: 60, minimum: 2 }] })
  devices.forEach((device, index) => fixture.report(device, index < 2 ? 'SUCCEEDED' : 'FAILED'))
  fixture.turn((turn, engine) => engine.jobs.rerun(turn, 'x/job'))
  fixture.report(devices[2]!, 'FAILED')
  fixture.restart()
  fixture.report(devices[3]!, 'FAILED')
  assert.deepEqual([fixture.jobStatus(), fixture.count('FAILED'), fixture.count('SUCCEEDED')], ['COMPLETED', 2, 2])
})

test('what was run again counts no more after a restart, also if the attempt that began anew is deleted', () => {
  const fixture = new EngineFixture()
  const [first, second] = fixture.devices(2)
  fixture.job([first!, second!], {
    retry: [{ on: 'FAILED', times: 1 }],
    abort: [{ on: 'FAILED', percent: 50, minimum: 3 }],
  })
  for (let count = 0; count < 2; count += 1) fixture.report(first!, 'FAILED')
  fixture.turn((turn, engine) => engine.jobs.rerun(turn, 'x/job'))
  fixture.report(first!, 'FAILED')
  fixture.turn((turn, engine) => engine.executions.delete(turn, 'x/job', first!, 3))
  fixture.restart()
  fixture.report(second!, 'SUCCEEDED')
  assert.equal(fixture.jobStatus(), 'IN_PROGRESS')
})

test('the number of a deleted attempt is not given again: what is still said of it cannot touch the next one', () => {
  const fixture = new EngineFixture()
  const [device = ''] = fixture.devices(1)
  fixture.job([device], { retry: [{ on: 'FAILED', times: 1 }] })
  fixture.report(device, 'FAILED')
  fixture.turn((turn, engine) => engine.executions.delete(turn, 'x/job', device, 2))
  rerun(fixture)
  assert.deepEqual([fixture.status(device), fixture.engine.executions.require('x/job', device).number], ['QUEUED', 3])
  assert.throws(() => fixture.report(device, 'SUCCEEDED', { number: 2 }), { code: 'NOT_FOUND' })
})

test('what is run again is queued in the order of the attempts that failed, whether or not the hub has been restarted', () => {
  const numbers = (restarts: boolean): string[] => {
    const fixture = new EngineFixture()
    const devices = fixture.devices(2) as [string, string]
    fixture.job(devices, { retry: [{ on: 'FAILED', times: 1 }] })
    for (const device of [...devices.toReversed(), ...devices]) fixture.report(device, 'FAILED')
    fixture.turn((turn, engine) => engine.executions.delete(turn, 'x/job', devices[0], 1))
    if (restarts) fixture.restart()
    fixture.told()
    fixture.turn((turn, engine) => engine.jobs.rerun(turn, 'x/job'))
    return fixture.events.flatMap((event) => (event.type === 'execution.queued' ? [event.execution.device] : []))
  }
  assert.deepEqual(
    [numbers(false), numbers(true)],
    [
      ['x/d2', 'x/d1'],
      ['x/d2', 'x/d1'],
    ],
  )
})

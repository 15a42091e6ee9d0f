import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import { mayBecome } from '../../src/core/job/states.ts'
import { SLICE } from '../../src/core/job/sweep.ts'
import { Hall, MINUTE } from '../builders/hall.ts'

const rerun = (hall: Hall): number => hall.turn((turn, engine) => engine.jobs.rerun(turn, 'x/job'))

test('what failed or timed out is queued again, the rest stays, and a completed job is in progress until they end', () => {
  const hall = new Hall()
  const devices = hall.devices(4)
  hall.job(devices, { timeout: { inProgressMs: MINUTE } })
  hall.report(devices[0]!, 'SUCCEEDED')
  hall.report(devices[1]!, 'FAILED')
  hall.report(devices[2]!, 'REJECTED')
  hall.report(devices[3]!, 'IN_PROGRESS')
  hall.advance(MINUTE)
  assert.equal(hall.jobStatus(), 'COMPLETED')
  hall.told()
  assert.equal(rerun(hall), 2)
  assert.deepEqual(hall.told(), ['job.status', 'execution.queued', 'execution.queued', 'queue.changed', 'queue.changed'])
  assert.deepEqual(devices.map((device) => hall.status(device)), ['SUCCEEDED', 'QUEUED', 'REJECTED', 'QUEUED'])
  assert.equal(hall.engine.executions.require('x/job', devices[1]!).number, 2)
  assert.deepEqual([hall.jobStatus(), hall.engine.jobs.require('x/job').completedAt], ['IN_PROGRESS', undefined])
  hall.report(devices[1]!, 'SUCCEEDED')
  hall.report(devices[3]!, 'SUCCEEDED')
  assert.deepEqual([hall.jobStatus(), hall.engine.jobs.require('x/job').completedAt], ['COMPLETED', hall.clock.now()])
})

test('retries are counted anew after it', () => {
  const hall = new Hall()
  const [device] = hall.devices(1) as [string]
  hall.job([device], { retry: [{ on: 'FAILED', times: 1 }] })
  hall.report(device, 'FAILED')
  hall.report(device, 'FAILED')
  assert.equal(hall.jobStatus(), 'COMPLETED')
  assert.equal(rerun(hall), 1)
  hall.report(device, 'FAILED')
  assert.deepEqual([hall.status(device), hall.engine.executions.require('x/job', device).number], ['QUEUED', 4])
})

test('a large job is run again a slice at a time, also across a restart, each device once', () => {
  const hall = new Hall()
  const devices = hall.devices(SLICE * 3)
  hall.job(devices)
  hall.due()
  for (const device of devices) hall.report(device, 'FAILED')
  assert.equal(rerun(hall), SLICE * 3)
  assert.equal(hall.count('QUEUED'), SLICE)
  // Fails again before the last slice has been queued: that is for the next time.
  hall.report(devices[0]!, 'FAILED')
  for (const device of devices.slice(1, SLICE)) hall.report(device, 'SUCCEEDED')
  assert.equal(hall.jobStatus(), 'IN_PROGRESS')
  hall.restart()
  hall.due()
  assert.deepEqual([hall.count('QUEUED'), hall.count('FAILED'), hall.count('SUCCEEDED')], [SLICE * 2, 1, SLICE - 1])
  for (const device of devices.slice(SLICE)) hall.report(device, 'SUCCEEDED')
  assert.equal(hall.jobStatus(), 'COMPLETED')
  assert.equal(rerun(hall), 1)
})

test('cancelling in between leaves the rest as it failed', () => {
  const hall = new Hall()
  const devices = hall.devices(SLICE * 2)
  hall.job(devices)
  hall.due()
  for (const device of devices) hall.report(device, 'FAILED')
  rerun(hall)
  hall.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job'))
  hall.due()
  assert.deepEqual([hall.count('CANCELED'), hall.count('FAILED')], [SLICE, SLICE])
})

test('without a failure nothing happens; devices that are registered no more are left alone', () => {
  const hall = new Hall()
  const [done, gone] = hall.devices(2) as [string, string]
  hall.job([done, gone])
  hall.report(done, 'SUCCEEDED')
  hall.report(gone, 'FAILED')
  hall.turn((turn, engine) => engine.devices.delete(turn, gone))
  hall.told()
  assert.equal(rerun(hall), 0)
  assert.deepEqual([hall.told(), hall.jobStatus()], [[], 'COMPLETED'])
})

test('after the end of its schedule the job runs what was asked for, and nothing else', () => {
  const hall = new Hall()
  const [device] = hall.devices(1) as [string]
  hall.job([device], { schedule: { endAt: hall.clock.now() + MINUTE, endBehavior: 'FORCE_CANCEL' }, retry: [{ on: 'FAILED', times: 5 }] })
  hall.report(device, 'REJECTED')
  const second = hall.turn((turn, engine) => engine.jobs.create(turn, { ...engine.jobs.require('x/job'), key: 'x/other', retry: [] })).key
  hall.report(device, 'FAILED', {}, second)
  hall.advance(2 * MINUTE)
  assert.equal(hall.turn((turn, engine) => engine.jobs.rerun(turn, second)), 1)
  hall.restart()
  hall.advance(MINUTE)
  assert.deepEqual([hall.status(device, second), hall.jobStatus(second)], ['QUEUED', 'IN_PROGRESS'])
  hall.report(device, 'FAILED', {}, second)
  assert.equal(hall.jobStatus(second), 'COMPLETED')
})

test('a job that was cancelled or is being deleted is not run again', () => {
  const refused = (error: unknown): boolean => error instanceof HubError && error.code === 'INVALID_TRANSITION'
  const hall = new Hall()
  const devices = hall.devices(SLICE * 2)
  hall.job(devices)
  hall.report(devices[0]!, 'FAILED')
  hall.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job'))
  assert.throws(() => rerun(hall), refused)
  hall.turn((turn, engine) => engine.jobs.delete(turn, 'x/job'))
  assert.equal(hall.jobStatus(), 'DELETING')
  assert.throws(() => rerun(hall), refused)
  assert.deepEqual(
    (['SCHEDULED', 'COMPLETED', 'CANCELED', 'DELETING'] as const).map((from) => mayBecome(from, 'IN_PROGRESS')),
    [true, true, false, false],
  )
})

test('what is run again counts towards an abort by how it ends then, also after a restart', () => {
  const hall = new Hall()
  const devices = hall.devices(4)
  hall.job(devices, { abort: [{ on: 'FAILED', percent: 60, minimum: 2 }] })
  devices.forEach((device, index) => hall.report(device, index < 2 ? 'SUCCEEDED' : 'FAILED'))
  hall.turn((turn, engine) => engine.jobs.rerun(turn, 'x/job'))
  hall.report(devices[2]!, 'FAILED')
  hall.restart()
  hall.report(devices[3]!, 'FAILED')
  assert.deepEqual([hall.jobStatus(), hall.count('FAILED'), hall.count('SUCCEEDED')], ['COMPLETED', 2, 2])
})

test('what was run again counts no more after a restart, also if the attempt that began anew is deleted', () => {
  const hall = new Hall()
  const [first, second] = hall.devices(2)
  hall.job([first!, second!], { retry: [{ on: 'FAILED', times: 1 }], abort: [{ on: 'FAILED', percent: 50, minimum: 3 }] })
  for (let count = 0; count < 2; count += 1) hall.report(first!, 'FAILED')
  hall.turn((turn, engine) => engine.jobs.rerun(turn, 'x/job'))
  hall.report(first!, 'FAILED')
  hall.turn((turn, engine) => engine.executions.delete(turn, 'x/job', first!, 3))
  hall.restart()
  hall.report(second!, 'SUCCEEDED')
  assert.equal(hall.jobStatus(), 'IN_PROGRESS')
})

test('the number of a deleted attempt is not given again: what is still said of it cannot touch the next one', () => {
  const hall = new Hall()
  const [device = ''] = hall.devices(1)
  hall.job([device], { retry: [{ on: 'FAILED', times: 1 }] })
  hall.report(device, 'FAILED')
  hall.turn((turn, engine) => engine.executions.delete(turn, 'x/job', device, 2))
  rerun(hall)
  assert.deepEqual([hall.status(device), hall.engine.executions.require('x/job', device).number], ['QUEUED', 3])
  assert.throws(() => hall.report(device, 'SUCCEEDED', { number: 2 }), { code: 'NOT_FOUND' })
})

test('what is run again is queued in the order of the attempts that failed, whether or not the hub has been restarted', () => {
  const numbers = (restarts: boolean): string[] => {
    const hall = new Hall()
    const devices = hall.devices(2) as [string, string]
    hall.job(devices, { retry: [{ on: 'FAILED', times: 1 }] })
    for (const device of [...devices.toReversed(), ...devices]) hall.report(device, 'FAILED')
    hall.turn((turn, engine) => engine.executions.delete(turn, 'x/job', devices[0], 1))
    if (restarts) hall.restart()
    hall.told()
    hall.turn((turn, engine) => engine.jobs.rerun(turn, 'x/job'))
    return hall.events.flatMap((event) => (event.type === 'execution.queued' ? [event.key] : []))
  }
  assert.deepEqual([numbers(false), numbers(true)], [['x/d2', 'x/d1'], ['x/d2', 'x/d1']])
})

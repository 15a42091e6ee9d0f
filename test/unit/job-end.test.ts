import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import { SLICE } from '../../src/core/job/sweep.ts'
import { Hall, MINUTE } from '../builders/hall.ts'

const codeOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof HubError) return error.code
    throw error
  }
  return 'accepted'
}

test('cancelling ends what is queued and lets what is in progress finish', () => {
  const hall = new Hall()
  const devices = hall.devices(3)
  hall.job(devices)
  hall.report(devices[0]!, 'IN_PROGRESS')
  hall.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job', { reasonCode: 'OOPS', comment: 'wrong file' }))
  assert.deepEqual(devices.map((device) => hall.status(device)), ['IN_PROGRESS', 'CANCELED', 'CANCELED'])
  assert.equal(hall.report(devices[0]!, 'SUCCEEDED').status, 'SUCCEEDED')
  const job = hall.engine.jobs.require('x/job')
  assert.deepEqual([job.status, job.reasonCode, job.comment, job.forceCanceled], ['CANCELED', 'OOPS', 'wrong file', undefined])
})

test('cancelling by force ends everything that has not ended, and says so', () => {
  const hall = new Hall()
  const devices = hall.devices(2)
  hall.job(devices)
  hall.report(devices[0]!, 'IN_PROGRESS')
  hall.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job', { force: true }))
  const executions = devices.map((device) => hall.engine.executions.require('x/job', device))
  assert.deepEqual(executions.map(({ status, forceCanceled }) => [status, forceCanceled]), [['CANCELED', true], ['CANCELED', undefined]])
  assert.equal(hall.engine.jobs.require('x/job').forceCanceled, true)
})

test('a large job is cancelled a slice at a time, also across a restart, and tells when it is through', () => {
  const hall = new Hall()
  hall.job(hall.devices(SLICE * 3))
  hall.due()
  hall.told()
  hall.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job'))
  assert.equal(hall.count('CANCELED'), SLICE)
  assert.equal(hall.engine.jobs.require('x/job').sweeping, 'CANCEL')
  hall.restart()
  hall.due()
  assert.equal(hall.count('CANCELED'), SLICE * 3)
  assert.equal(hall.engine.jobs.require('x/job').sweeping, undefined)
  assert.equal(hall.told().filter((type) => type === 'job.canceled').length, 1)
})

test('which job may be cancelled, deleted, deleted by force or changed follows its state', () => {
  const bring: Record<string, (hall: Hall) => void> = {
    SCHEDULED: (hall) => hall.job(hall.devices(1), { schedule: { startAt: hall.clock.now() + MINUTE } }),
    IN_PROGRESS: (hall) => hall.job(hall.devices(1)),
    COMPLETED: (hall) => {
      hall.job(hall.devices(1))
      hall.report('x/d1', 'SUCCEEDED')
    },
    CANCELED: (hall) => {
      hall.job(hall.devices(1))
      hall.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job'))
    },
  }
  const no = 'INVALID_TRANSITION'
  const table: Record<string, string[]> = {
    SCHEDULED: ['accepted', no, 'accepted', 'accepted'],
    IN_PROGRESS: ['accepted', no, 'accepted', 'accepted'],
    COMPLETED: [no, 'accepted', 'accepted', no],
    CANCELED: [no, 'accepted', 'accepted', no],
  }
  for (const [state, expected] of Object.entries(table)) {
    const found = ['cancel', 'delete', 'deleteByForce', 'update'].map((call) => {
      const hall = new Hall()
      bring[state]!(hall)
      assert.equal(hall.jobStatus(), state)
      return codeOf(() =>
        hall.turn((turn, { jobs }) => {
          if (call === 'cancel') jobs.cancel(turn, 'x/job')
          else if (call === 'update') jobs.update(turn, 'x/job', {})
          else jobs.delete(turn, 'x/job', { force: call === 'deleteByForce' })
        }),
      )
    })
    assert.deepEqual(found, expected, state)
  }
})

test('deleting a job erases it, its executions and its place in every queue', () => {
  const hall = new Hall()
  const devices = hall.devices(SLICE + 1)
  hall.job(devices)
  hall.due()
  hall.turn((turn, engine) => engine.jobs.delete(turn, 'x/job', { force: true }))
  assert.equal(hall.jobStatus(), 'DELETING')
  hall.due()
  assert.equal(hall.jobStatus(), undefined)
  assert.equal(hall.engine.executions.ofJob('x/job').size, 0)
  assert.deepEqual(devices.map((device) => hall.engine.executions.pending(device).length), devices.map(() => 0))
  assert.equal(hall.tables.table('executions').size, 0)
})

test('enough bad ends abort the job: the threshold counts ended executions only, and needs its minimum', () => {
  const hall = new Hall()
  const devices = hall.devices(10)
  hall.job(devices, { abort: [{ on: 'FAILED', percent: 50, minimum: 4 }] })
  hall.report(devices[0]!, 'FAILED')
  hall.report(devices[1]!, 'FAILED')
  hall.report(devices[2]!, 'IN_PROGRESS')
  hall.report(devices[3]!, 'REJECTED')
  assert.equal(hall.jobStatus(), 'IN_PROGRESS')
  hall.report(devices[4]!, 'SUCCEEDED')
  assert.equal(hall.jobStatus(), 'CANCELED')
  assert.equal(hall.engine.jobs.require('x/job').reasonCode, 'ABORT_CRITERIA_MET')
  assert.equal(hall.status(devices[2]!), 'IN_PROGRESS')
  assert.equal(hall.count('CANCELED'), 5)
})

for (const [on, ends, aborted] of [
  ['REJECTED', ['FAILED', 'FAILED'], false],
  ['REJECTED', ['REJECTED', 'FAILED'], true],
  ['ANY', ['FAILED', 'REJECTED'], true],
  ['TIMED_OUT', ['FAILED', 'REJECTED'], false],
] as const) {
  test(`an abort rule on ${on} ${aborted ? 'sees' : 'does not see'} ${ends.join(' and ')}`, () => {
    const hall = new Hall()
    const devices = hall.devices(4)
    hall.job(devices, { abort: [{ on, percent: 50, minimum: 2 }] })
    ends.forEach((end, index) => hall.report(devices[index]!, end))
    assert.equal(hall.jobStatus() === 'CANCELED', aborted)
  })
}

test('failures that are retried count towards an abort like any other ended execution', () => {
  const hall = new Hall()
  const devices = hall.devices(4)
  hall.job(devices, { retry: [{ on: 'FAILED', times: 5 }], abort: [{ on: 'FAILED', percent: 60, minimum: 3 }] })
  hall.report(devices[0]!, 'FAILED')
  hall.report(devices[1]!, 'FAILED')
  assert.deepEqual([hall.jobStatus(), hall.count('QUEUED')], ['IN_PROGRESS', 4])
  hall.restart()
  hall.report(devices[0]!, 'FAILED')
  assert.deepEqual([hall.jobStatus(), hall.count('FAILED'), hall.count('CANCELED')], ['CANCELED', 1, 3])
})

test('a job whose last execution ends badly is completed, for nothing is left to cancel', () => {
  const hall = new Hall()
  const devices = hall.devices(2)
  hall.job(devices, { abort: [{ on: 'FAILED', percent: 50, minimum: 2 }] })
  devices.forEach((device) => hall.report(device, 'FAILED'))
  const { status, reasonCode } = hall.engine.jobs.require('x/job')
  assert.deepEqual([status, reasonCode], ['COMPLETED', undefined])
})

test('an execution that is deleted may leave a share of failures that aborts the job', () => {
  const hall = new Hall()
  const devices = hall.devices(4)
  hall.job(devices, { abort: [{ on: 'FAILED', percent: 40, minimum: 2 }] })
  hall.report(devices[0]!, 'SUCCEEDED')
  hall.report(devices[1]!, 'SUCCEEDED')
  hall.report(devices[2]!, 'FAILED')
  assert.equal(hall.jobStatus(), 'IN_PROGRESS')
  hall.turn((turn, engine) => engine.executions.delete(turn, 'x/job', devices[0]!, 1))
  const { status, aborted } = hall.engine.jobs.require('x/job')
  assert.deepEqual([status, aborted], ['CANCELED', { on: 'FAILED', percent: 40, ended: 2, failed: 1 }])
})

test('an execution that is deleted is not retried', () => {
  const hall = new Hall()
  const [first, second] = hall.devices(2) as [string, string]
  hall.job([first, second], { retry: [{ on: 'FAILED', times: 1 }] })
  hall.report(first, 'FAILED')
  hall.turn((turn, engine) => engine.executions.delete(turn, 'x/job', first, 1))
  assert.deepEqual(hall.engine.executions.attempts('x/job', first).map(({ number }) => number), [2])
})

test('an ended execution that is deleted counts no more towards an abort', () => {
  const hall = new Hall()
  const devices = hall.devices(3)
  hall.job(devices, { retry: [{ on: 'FAILED', times: 5 }], abort: [{ on: 'FAILED', percent: 100, minimum: 2 }] })
  hall.report(devices[0]!, 'FAILED')
  hall.turn((turn, engine) => engine.executions.delete(turn, 'x/job', devices[0]!, 1))
  hall.report(devices[1]!, 'FAILED')
  assert.equal(hall.jobStatus(), 'IN_PROGRESS')
  hall.report(devices[2]!, 'FAILED')
  assert.equal(hall.jobStatus(), 'CANCELED')
})

test('failures are retried as new executions, until the retries for their kind are used up', () => {
  const hall = new Hall()
  const [device] = hall.devices(1)
  hall.job([device!], { retry: [{ on: 'FAILED', times: 1 }, { on: 'TIMED_OUT', times: 1 }], timeout: { inProgressMs: MINUTE } })
  hall.report(device!, 'IN_PROGRESS', { details: { step: 'one' } })
  hall.report(device!, 'FAILED')
  const second = hall.engine.executions.require('x/job', device!)
  assert.deepEqual([second.number, second.version, second.status, second.details], [2, 1, 'QUEUED', undefined])
  hall.report(device!, 'IN_PROGRESS')
  hall.advance(MINUTE)
  assert.equal(hall.engine.executions.require('x/job', device!).number, 3)
  assert.equal(hall.jobStatus(), 'IN_PROGRESS')
  hall.report(device!, 'FAILED')
  assert.equal(hall.jobStatus(), 'COMPLETED')
  assert.deepEqual(hall.engine.executions.attempts('x/job', device!).map(({ status }) => status), ['FAILED', 'TIMED_OUT', 'FAILED'])
  assert.equal(hall.count('FAILED'), 1)
})

test('rejections and cancellations are never retried', () => {
  const hall = new Hall()
  const devices = hall.devices(2)
  hall.job(devices, { retry: [{ on: 'ANY', times: 5 }] })
  hall.report(devices[0]!, 'REJECTED')
  hall.turn((turn, engine) => engine.executions.cancel(turn, 'x/job', devices[1]!))
  assert.deepEqual(devices.map((device) => hall.engine.executions.require('x/job', device).number), [1, 1])
  assert.equal(hall.jobStatus(), 'COMPLETED')
})

test('one execution in progress is cancelled by force only, and only at the version expected', () => {
  const hall = new Hall()
  const [device] = hall.devices(1)
  hall.job([device!])
  hall.report(device!, 'IN_PROGRESS')
  const cancel = (options: object): string => codeOf(() => hall.turn((turn, engine) => engine.executions.cancel(turn, 'x/job', device!, options)))
  assert.deepEqual([cancel({}), cancel({ force: true, expectedVersion: 1 }), cancel({ force: true, expectedVersion: 2 })], ['INVALID_TRANSITION', 'VERSION_MISMATCH', 'accepted'])
  assert.equal(hall.engine.executions.require('x/job', device!).forceCanceled, true)
})

test('deleting the latest attempt brings the one before it back', () => {
  const hall = new Hall()
  const [device] = hall.devices(1)
  hall.job([device!], { retry: [{ on: 'FAILED', times: 1 }] })
  hall.report(device!, 'FAILED')
  hall.turn((turn, engine) => engine.executions.delete(turn, 'x/job', device!, 2))
  assert.deepEqual([hall.status(device!), hall.count('QUEUED'), hall.count('FAILED'), hall.jobStatus()], ['FAILED', 0, 1, 'COMPLETED'])
})

test('a device that is deleted ends what it had to do as REMOVED: the job completes, and the next device of the name has nothing of it', () => {
  const hall = new Hall()
  const devices = hall.devices(3)
  hall.job(devices)
  hall.report(devices[0]!, 'IN_PROGRESS')
  hall.report(devices[2]!, 'FAILED')
  hall.told()
  hall.turn((turn, engine) => devices.forEach((device) => engine.devices.delete(turn, device)))
  assert.deepEqual(devices.map((device) => hall.status(device)), ['REMOVED', 'REMOVED', 'FAILED'])
  assert.equal(hall.jobStatus(), 'COMPLETED')
  assert.equal(hall.told().filter((type) => type === 'queue.changed').length, 2)
  hall.devices(3)
  hall.restart()
  assert.deepEqual(devices.map((device) => hall.engine.executions.pending(device)), [[], [], []])
  assert.equal(hall.turn((turn, engine) => engine.jobs.rerun(turn, 'x/job')), 0)
  assert.throws(() => hall.report(devices[0]!, 'SUCCEEDED'), (error) => error instanceof HubError && error.code === 'INVALID_TRANSITION')
})

test('a device that is deleted before a rollout comes to it, and registered anew, is passed over', () => {
  for (const restarts of [false, true]) {
    const hall = new Hall()
    const devices = hall.devices(2)
    hall.job(devices, { rollout: { perMinute: 1 } })
    hall.turn((turn, engine) => engine.devices.delete(turn, devices[1]!))
    hall.turn((turn, engine) => engine.devices.create(turn, { dialect: 'x', name: 'd2' }))
    if (restarts) hall.restart()
    hall.advance(MINUTE)
    assert.deepEqual(devices.map((device) => hall.status(device)), ['QUEUED', undefined])
    hall.report(devices[0]!, 'SUCCEEDED')
    assert.equal(hall.jobStatus(), 'COMPLETED')
  }
})

test('what is said with a cancellation is kept with the execution if it is cancelled, and is no part of what it was before', () => {
  const hall = new Hall()
  const [device] = hall.devices(1) as [string]
  const before = hall.job([device]) && hall.report(device, 'IN_PROGRESS')
  hall.told()
  const cancel = (force: boolean): unknown => hall.turn((turn, engine) => engine.executions.cancel(turn, 'x/job', device, { force, details: { why: 'asked' } }))
  assert.throws(() => cancel(false), (error) => error instanceof HubError && error.data['execution'] === before)
  cancel(true)
  const [event] = hall.events.splice(0)
  assert.ok(event?.type === 'execution.changed')
  assert.deepEqual([event.before, event.execution.details], [before, { why: 'asked' }])
})

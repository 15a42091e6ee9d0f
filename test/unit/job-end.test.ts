import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import { SLICE } from '../../src/core/job/sweep.ts'
import { EngineFixture, MINUTE } from '../builders/engine-fixture.ts'

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
  const fixture = new EngineFixture()
  const devices = fixture.devices(3)
  fixture.job(devices)
  fixture.report(devices[0]!, 'IN_PROGRESS')
  fixture.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job', { reasonCode: 'OOPS', comment: 'wrong file' }))
  assert.deepEqual(
    devices.map((device) => fixture.status(device)),
    ['IN_PROGRESS', 'CANCELED', 'CANCELED'],
  )
  assert.equal(fixture.report(devices[0]!, 'SUCCEEDED').status, 'SUCCEEDED')
  const job = fixture.engine.jobs.require('x/job')
  assert.deepEqual(
    [job.status, job.reasonCode, job.comment, job.forceCanceled],
    ['CANCELED', 'OOPS', 'wrong file', undefined],
  )
})

test('cancelling by force ends everything that has not ended, and says so', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(2)
  fixture.job(devices)
  fixture.report(devices[0]!, 'IN_PROGRESS')
  fixture.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job', { force: true }))
  const executions = devices.map((device) => fixture.engine.executions.require('x/job', device))
  assert.deepEqual(
    executions.map(({ status, forceCanceled }) => [status, forceCanceled]),
    [
      ['CANCELED', true],
      ['CANCELED', undefined],
    ],
  )
  assert.equal(fixture.engine.jobs.require('x/job').forceCanceled, true)
})

test('a large job is cancelled a slice at a time, also across a restart, and tells when it is through', () => {
  const fixture = new EngineFixture()
  fixture.job(fixture.devices(SLICE * 3))
  fixture.due()
  fixture.told()
  fixture.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job'))
  assert.equal(fixture.count('CANCELED'), SLICE)
  assert.equal(fixture.engine.jobs.require('x/job').sweeping, 'CANCEL')
  fixture.restart()
  fixture.due()
  assert.equal(fixture.count('CANCELED'), SLICE * 3)
  assert.equal(fixture.engine.jobs.require('x/job').sweeping, undefined)
  assert.equal(fixture.told().filter((type) => type === 'job.canceled').length, 1)
})

test('which job may be cancelled, deleted, deleted by force or changed follows its state', () => {
  const bring: Record<string, (fixture: EngineFixture) => void> = {
    SCHEDULED: (fixture) => fixture.job(fixture.devices(1), { schedule: { startAt: fixture.clock.now() + MINUTE } }),
    IN_PROGRESS: (fixture) => fixture.job(fixture.devices(1)),
    COMPLETED: (fixture) => {
      fixture.job(fixture.devices(1))
      fixture.report('x/d1', 'SUCCEEDED')
    },
    CANCELED: (fixture) => {
      fixture.job(fixture.devices(1))
      fixture.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job'))
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
      const fixture = new EngineFixture()
      bring[state]!(fixture)
      assert.equal(fixture.jobStatus(), state)
      return codeOf(() =>
        fixture.turn((turn, { jobs }) => {
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
  const fixture = new EngineFixture()
  const devices = fixture.devices(SLICE + 1)
  fixture.job(devices)
  fixture.due()
  fixture.turn((turn, engine) => engine.jobs.delete(turn, 'x/job', { force: true }))
  assert.equal(fixture.jobStatus(), 'DELETING')
  fixture.due()
  assert.equal(fixture.jobStatus(), undefined)
  assert.equal(fixture.engine.executions.ofJob('x/job').size, 0)
  assert.deepEqual(
    devices.map((device) => fixture.engine.executions.pending(device).length),
    devices.map(() => 0),
  )
  assert.equal(fixture.tables.table('executions').size, 0)
})

test('enough bad ends abort the job: the threshold counts ended executions only, and needs its minimum', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(10)
  fixture.job(devices, { abort: [{ on: 'FAILED', percent: 50, minimum: 4 }] })
  fixture.report(devices[0]!, 'FAILED')
  fixture.report(devices[1]!, 'FAILED')
  fixture.report(devices[2]!, 'IN_PROGRESS')
  fixture.report(devices[3]!, 'REJECTED')
  assert.equal(fixture.jobStatus(), 'IN_PROGRESS')
  fixture.report(devices[4]!, 'SUCCEEDED')
  assert.equal(fixture.jobStatus(), 'CANCELED')
  assert.equal(fixture.engine.jobs.require('x/job').reasonCode, 'ABORT_CRITERIA_MET')
  assert.equal(fixture.status(devices[2]!), 'IN_PROGRESS')
  assert.equal(fixture.count('CANCELED'), 5)
})

for (const [on, ends, aborted] of [
  ['REJECTED', ['FAILED', 'FAILED'], false],
  ['REJECTED', ['REJECTED', 'FAILED'], true],
  ['ANY', ['FAILED', 'REJECTED'], true],
  ['TIMED_OUT', ['FAILED', 'REJECTED'], false],
] as const) {
  test(`an abort rule on ${on} ${aborted ? 'sees' : 'does not see'} ${ends.join(' and ')}`, () => {
    const fixture = new EngineFixture()
    const devices = fixture.devices(4)
    fixture.job(devices, { abort: [{ on, percent: 50, minimum: 2 }] })
    ends.forEach((end, index) => fixture.report(devices[index]!, end))
    assert.equal(fixture.jobStatus() === 'CANCELED', aborted)
  })
}

test('failures that are retried count towards an abort like any other ended execution', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(4)
  fixture.job(devices, { retry: [{ on: 'FAILED', times: 5 }], abort: [{ on: 'FAILED', percent: 60, minimum: 3 }] })
  fixture.report(devices[0]!, 'FAILED')
  fixture.report(devices[1]!, 'FAILED')
  assert.deepEqual([fixture.jobStatus(), fixture.count('QUEUED')], ['IN_PROGRESS', 4])
  fixture.restart()
  fixture.report(devices[0]!, 'FAILED')
  assert.deepEqual([fixture.jobStatus(), fixture.count('FAILED'), fixture.count('CANCELED')], ['CANCELED', 1, 3])
})

test('a job whose last execution ends badly is completed, for nothing is left to cancel', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(2)
  fixture.job(devices, { abort: [{ on: 'FAILED', percent: 50, minimum: 2 }] })
  devices.forEach((device) => fixture.report(device, 'FAILED'))
  const { status, reasonCode } = fixture.engine.jobs.require('x/job')
  assert.deepEqual([status, reasonCode], ['COMPLETED', undefined])
})

test('an execution that is deleted may leave a share of failures that aborts the job', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(4)
  fixture.job(devices, { abort: [{ on: 'FAILED', percent: 40, minimum: 2 }] })
  fixture.report(devices[0]!, 'SUCCEEDED')
  fixture.report(devices[1]!, 'SUCCEEDED')
  fixture.report(devices[2]!, 'FAILED')
  assert.equal(fixture.jobStatus(), 'IN_PROGRESS')
  fixture.turn((turn, engine) => engine.executions.delete(turn, 'x/job', devices[0]!, 1))
  const { status, aborted } = fixture.engine.jobs.require('x/job')
  assert.deepEqual([status, aborted], ['CANCELED', { on: 'FAILED', percent: 40, ended: 2, failed: 1 }])
})

test('an execution that is deleted is not retried', () => {
  const fixture = new EngineFixture()
  const [first, second] = fixture.devices(2) as [string, string]
  fixture.job([first, second], { retry: [{ on: 'FAILED', times: 1 }] })
  fixture.report(first, 'FAILED')
  fixture.turn((turn, engine) => engine.executions.delete(turn, 'x/job', first, 1))
  assert.deepEqual(
    fixture.engine.executions.attempts('x/job', first).map(({ number }) => number),
    [2],
  )
})

test('an ended execution that is deleted counts no more towards an abort', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(3)
  fixture.job(devices, { retry: [{ on: 'FAILED', times: 5 }], abort: [{ on: 'FAILED', percent: 100, minimum: 2 }] })
  fixture.report(devices[0]!, 'FAILED')
  fixture.turn((turn, engine) => engine.executions.delete(turn, 'x/job', devices[0]!, 1))
  fixture.report(devices[1]!, 'FAILED')
  assert.equal(fixture.jobStatus(), 'IN_PROGRESS')
  fixture.report(devices[2]!, 'FAILED')
  assert.equal(fixture.jobStatus(), 'CANCELED')
})

test('failures are retried as new executions, until the retries for their kind are used up', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1)
  fixture.job([device!], {
    retry: [
      { on: 'FAILED', times: 1 },
      { on: 'TIMED_OUT', times: 1 },
    ],
    timeout: { inProgressMs: MINUTE },
  })
  fixture.report(device!, 'IN_PROGRESS', { details: { step: 'one' } })
  fixture.report(device!, 'FAILED')
  const second = fixture.engine.executions.require('x/job', device!)
  assert.deepEqual([second.number, second.version, second.status, second.details], [2, 1, 'QUEUED', undefined])
  fixture.report(device!, 'IN_PROGRESS')
  fixture.advance(MINUTE)
  assert.equal(fixture.engine.executions.require('x/job', device!).number, 3)
  assert.equal(fixture.jobStatus(), 'IN_PROGRESS')
  fixture.report(device!, 'FAILED')
  assert.equal(fixture.jobStatus(), 'COMPLETED')
  assert.deepEqual(
    fixture.engine.executions.attempts('x/job', device!).map(({ status }) => status),
    ['FAILED', 'TIMED_OUT', 'FAILED'],
  )
  assert.equal(fixture.count('FAILED'), 1)
})

test('rejections and cancellations are never retried', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(2)
  fixture.job(devices, { retry: [{ on: 'ANY', times: 5 }] })
  fixture.report(devices[0]!, 'REJECTED')
  fixture.turn((turn, engine) => engine.executions.cancel(turn, 'x/job', devices[1]!))
  assert.deepEqual(
    devices.map((device) => fixture.engine.executions.require('x/job', device).number),
    [1, 1],
  )
  assert.equal(fixture.jobStatus(), 'COMPLETED')
})

test('one execution in progress is cancelled by force only, and only at the version expected', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1)
  fixture.job([device!])
  fixture.report(device!, 'IN_PROGRESS')
  const cancel = (options: object): string =>
    codeOf(() => fixture.turn((turn, engine) => engine.executions.cancel(turn, 'x/job', device!, options)))
  assert.deepEqual(
    [cancel({}), cancel({ force: true, expectedVersion: 1 }), cancel({ force: true, expectedVersion: 2 })],
    ['INVALID_TRANSITION', 'VERSION_MISMATCH', 'accepted'],
  )
  assert.equal(fixture.engine.executions.require('x/job', device!).forceCanceled, true)
})

test('deleting the latest attempt brings the one before it back', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1)
  fixture.job([device!], { retry: [{ on: 'FAILED', times: 1 }] })
  fixture.report(device!, 'FAILED')
  fixture.turn((turn, engine) => engine.executions.delete(turn, 'x/job', device!, 2))
  assert.deepEqual(
    [fixture.status(device!), fixture.count('QUEUED'), fixture.count('FAILED'), fixture.jobStatus()],
    ['FAILED', 0, 1, 'COMPLETED'],
  )
})

test('a device that is deleted ends what it had to do as REMOVED: the job completes, and the next device of the name has nothing of it', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(3)
  fixture.job(devices)
  fixture.report(devices[0]!, 'IN_PROGRESS')
  fixture.report(devices[2]!, 'FAILED')
  fixture.told()
  fixture.turn((turn, engine) => devices.forEach((device) => engine.devices.delete(turn, device)))
  assert.deepEqual(
    devices.map((device) => fixture.status(device)),
    ['REMOVED', 'REMOVED', 'FAILED'],
  )
  assert.equal(fixture.jobStatus(), 'COMPLETED')
  assert.equal(fixture.told().filter((type) => type === 'queue.changed').length, 2)
  fixture.devices(3)
  fixture.restart()
  assert.deepEqual(
    devices.map((device) => fixture.engine.executions.pending(device)),
    [[], [], []],
  )
  assert.equal(
    fixture.turn((turn, engine) => engine.jobs.rerun(turn, 'x/job')),
    0,
  )
  assert.throws(
    () => fixture.report(devices[0]!, 'SUCCEEDED'),
    (error) => error instanceof HubError && error.code === 'INVALID_TRANSITION',
  )
})

test('a device that is deleted before a rollout comes to it, and registered anew, is passed over', () => {
  for (const restarts of [false, true]) {
    const fixture = new EngineFixture()
    const devices = fixture.devices(2)
    fixture.job(devices, { rollout: { perMinute: 1 } })
    fixture.turn((turn, engine) => engine.devices.delete(turn, devices[1]!))
    fixture.turn((turn, engine) => engine.devices.create(turn, { dialect: 'x', name: 'd2' }))
    if (restarts) fixture.restart()
    fixture.advance(MINUTE)
    assert.deepEqual(
      devices.map((device) => fixture.status(device)),
      ['QUEUED', undefined],
    )
    fixture.report(devices[0]!, 'SUCCEEDED')
    assert.equal(fixture.jobStatus(), 'COMPLETED')
  }
})

test('what is said with a cancellation is kept with the execution if it is cancelled, and is no part of what it was before', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1) as [string]
  const before = fixture.job([device]) && fixture.report(device, 'IN_PROGRESS')
  fixture.told()
  const cancel = (force: boolean): unknown =>
    fixture.turn((turn, engine) =>
      engine.executions.cancel(turn, 'x/job', device, { force, details: { why: 'asked' } }),
    )
  assert.throws(
    () => cancel(false),
    (error) => error instanceof HubError && error.data['execution'] === before,
  )
  cancel(true)
  const [event] = fixture.events.splice(0)
  assert.ok(event?.type === 'execution.changed')
  assert.deepEqual([event.before, event.execution.details], [before, { why: 'asked' }])
})

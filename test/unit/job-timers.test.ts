import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timesOutAt } from '../../src/core/job/timeout.ts'
import { EngineFixture, MINUTE } from '../builders/engine-fixture.ts'

const minutesAfterNoon = (fixture: EngineFixture, device: string): number => {
  const execution = fixture.engine.executions.require('x/job', device)
  return (timesOutAt(execution)! - Date.UTC(2026, 10, 22, 12, 0)) / MINUTE
}

test('the worked case: a step timer replaces the one before and never outlasts the in-progress timer', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1)
  fixture.job([device!], { timeout: { inProgressMs: 20 * MINUTE } })
  fixture.report(device!, 'IN_PROGRESS')
  fixture.advance(5 * MINUTE)
  fixture.report(device!, 'IN_PROGRESS', { stepTimeoutMs: 7 * MINUTE })
  assert.equal(minutesAfterNoon(fixture, device!), 12)
  fixture.advance(5 * MINUTE)
  fixture.report(device!, 'IN_PROGRESS', { stepTimeoutMs: 5 * MINUTE })
  assert.equal(minutesAfterNoon(fixture, device!), 15)
  fixture.advance(3 * MINUTE)
  fixture.report(device!, 'IN_PROGRESS', { stepTimeoutMs: 9 * MINUTE })
  assert.equal(minutesAfterNoon(fixture, device!), 20)
  fixture.advance(7 * MINUTE - 1)
  assert.equal(fixture.status(device!), 'IN_PROGRESS')
  fixture.advance(1)
  assert.equal(fixture.status(device!), 'TIMED_OUT')
  assert.equal(fixture.jobStatus(), 'COMPLETED')
})

test('a progress report keeps both timers; null calls the step timer off', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1)
  fixture.job([device!])
  fixture.report(device!, 'IN_PROGRESS', { stepTimeoutMs: MINUTE })
  fixture.report(device!, 'IN_PROGRESS')
  assert.equal(minutesAfterNoon(fixture, device!), 1)
  fixture.report(device!, 'IN_PROGRESS', { stepTimeoutMs: null })
  fixture.advance(60 * MINUTE)
  assert.equal(fixture.status(device!), 'IN_PROGRESS')
})

test('nothing runs while an execution waits in the queue, and nothing once it has ended', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1)
  fixture.job([device!], { timeout: { inProgressMs: MINUTE } })
  fixture.advance(10 * MINUTE)
  assert.equal(fixture.status(device!), 'QUEUED')
  fixture.report(device!, 'IN_PROGRESS')
  fixture.report(device!, 'SUCCEEDED')
  fixture.advance(10 * MINUTE)
  assert.equal(fixture.status(device!), 'SUCCEEDED')
})

test('a job’s changed timeout applies to executions that start later', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(2)
  fixture.job(devices, { timeout: { inProgressMs: 10 * MINUTE } })
  fixture.report(devices[0]!, 'IN_PROGRESS')
  fixture.turn((turn, engine) => engine.jobs.update(turn, 'x/job', { timeout: { inProgressMs: 2 * MINUTE } }))
  fixture.report(devices[1]!, 'IN_PROGRESS')
  fixture.advance(2 * MINUTE)
  assert.deepEqual(
    devices.map((device) => fixture.status(device)),
    ['IN_PROGRESS', 'TIMED_OUT'],
  )
})

test('timers survive a restart', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1)
  fixture.job([device!], { timeout: { inProgressMs: MINUTE } })
  fixture.report(device!, 'IN_PROGRESS')
  fixture.restart()
  fixture.advance(MINUTE)
  assert.equal(fixture.status(device!), 'TIMED_OUT')
})

test('a thousand timers that run out together are done a slice at a time', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(1000)
  fixture.job(devices, { timeout: { inProgressMs: MINUTE } })
  fixture.due()
  for (const device of devices) fixture.report(device, 'IN_PROGRESS')
  fixture.clock.advance(MINUTE)
  assert.equal(fixture.due(), 10)
  assert.equal(fixture.count('TIMED_OUT'), 1000)
})

for (const restarts of [false, true]) {
  test(`when the schedule ends in the very instant in which time runs out, the end comes first${restarts ? ', also after a restart' : ''}`, () => {
    const fixture = new EngineFixture()
    const [device] = fixture.devices(1) as [string]
    fixture.job([device], {
      timeout: { inProgressMs: MINUTE },
      schedule: { endAt: fixture.clock.now() + MINUTE, endBehavior: 'FORCE_CANCEL' },
    })
    fixture.report(device, 'IN_PROGRESS')
    if (restarts) fixture.restart()
    fixture.advance(MINUTE)
    assert.deepEqual([fixture.status(device), fixture.jobStatus()], ['CANCELED', 'CANCELED'])
  })

  test(`executions that time out in one instant do so in the order in which they were queued${restarts ? ', also after a restart' : ''}`, () => {
    const fixture = new EngineFixture()
    const devices = fixture.devices(3)
    fixture.job(devices, { timeout: { inProgressMs: MINUTE } })
    for (const device of devices.toReversed()) fixture.report(device, 'IN_PROGRESS')
    if (restarts) fixture.restart()
    fixture.told()
    fixture.clock.advance(MINUTE)
    fixture.turn((turn, engine) => engine.tick(turn))
    const ended = fixture.events.flatMap((event) =>
      event.type === 'execution.changed' ? [event.execution.device] : [],
    )
    assert.deepEqual(ended, devices)
  })
}

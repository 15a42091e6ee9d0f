import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timesOutAt } from '../../src/core/job/timeout.ts'
import { Hall, MINUTE } from '../builders/hall.ts'

const minutesAfterNoon = (hall: Hall, device: string): number => {
  const execution = hall.engine.executions.require('x/job', device)
  return (timesOutAt(execution)! - Date.UTC(2026, 10, 22, 12, 0)) / MINUTE
}

test('the worked case: a step timer replaces the one before and never outlasts the in-progress timer', () => {
  const hall = new Hall()
  const [device] = hall.devices(1)
  hall.job([device!], { timeout: { inProgressMs: 20 * MINUTE } })
  hall.report(device!, 'IN_PROGRESS')
  hall.advance(5 * MINUTE)
  hall.report(device!, 'IN_PROGRESS', { stepTimeoutMs: 7 * MINUTE })
  assert.equal(minutesAfterNoon(hall, device!), 12)
  hall.advance(5 * MINUTE)
  hall.report(device!, 'IN_PROGRESS', { stepTimeoutMs: 5 * MINUTE })
  assert.equal(minutesAfterNoon(hall, device!), 15)
  hall.advance(3 * MINUTE)
  hall.report(device!, 'IN_PROGRESS', { stepTimeoutMs: 9 * MINUTE })
  assert.equal(minutesAfterNoon(hall, device!), 20)
  hall.advance(7 * MINUTE - 1)
  assert.equal(hall.status(device!), 'IN_PROGRESS')
  hall.advance(1)
  assert.equal(hall.status(device!), 'TIMED_OUT')
  assert.equal(hall.jobStatus(), 'COMPLETED')
})

test('a progress report keeps both timers; null calls the step timer off', () => {
  const hall = new Hall()
  const [device] = hall.devices(1)
  hall.job([device!])
  hall.report(device!, 'IN_PROGRESS', { stepTimeoutMs: MINUTE })
  hall.report(device!, 'IN_PROGRESS')
  assert.equal(minutesAfterNoon(hall, device!), 1)
  hall.report(device!, 'IN_PROGRESS', { stepTimeoutMs: null })
  hall.advance(60 * MINUTE)
  assert.equal(hall.status(device!), 'IN_PROGRESS')
})

test('nothing runs while an execution waits in the queue, and nothing once it has ended', () => {
  const hall = new Hall()
  const [device] = hall.devices(1)
  hall.job([device!], { timeout: { inProgressMs: MINUTE } })
  hall.advance(10 * MINUTE)
  assert.equal(hall.status(device!), 'QUEUED')
  hall.report(device!, 'IN_PROGRESS')
  hall.report(device!, 'SUCCEEDED')
  hall.advance(10 * MINUTE)
  assert.equal(hall.status(device!), 'SUCCEEDED')
})

test('a job’s changed timeout applies to executions that start later', () => {
  const hall = new Hall()
  const devices = hall.devices(2)
  hall.job(devices, { timeout: { inProgressMs: 10 * MINUTE } })
  hall.report(devices[0]!, 'IN_PROGRESS')
  hall.turn((turn, engine) => engine.jobs.update(turn, 'x/job', { timeout: { inProgressMs: 2 * MINUTE } }))
  hall.report(devices[1]!, 'IN_PROGRESS')
  hall.advance(2 * MINUTE)
  assert.deepEqual(devices.map((device) => hall.status(device)), ['IN_PROGRESS', 'TIMED_OUT'])
})

test('timers survive a restart', () => {
  const hall = new Hall()
  const [device] = hall.devices(1)
  hall.job([device!], { timeout: { inProgressMs: MINUTE } })
  hall.report(device!, 'IN_PROGRESS')
  hall.restart()
  hall.advance(MINUTE)
  assert.equal(hall.status(device!), 'TIMED_OUT')
})

test('a thousand timers that run out together are done a slice at a time', () => {
  const hall = new Hall()
  const devices = hall.devices(1000)
  hall.job(devices, { timeout: { inProgressMs: MINUTE } })
  hall.due()
  for (const device of devices) hall.report(device, 'IN_PROGRESS')
  hall.clock.advance(MINUTE)
  assert.equal(hall.due(), 10)
  assert.equal(hall.count('TIMED_OUT'), 1000)
})

for (const restarts of [false, true]) {
  test(`when the schedule ends in the very instant in which time runs out, the end comes first${restarts ? ', also after a restart' : ''}`, () => {
    const hall = new Hall()
    const [device] = hall.devices(1) as [string]
    hall.job([device], { timeout: { inProgressMs: MINUTE }, schedule: { endAt: hall.clock.now() + MINUTE, endBehavior: 'FORCE_CANCEL' } })
    hall.report(device, 'IN_PROGRESS')
    if (restarts) hall.restart()
    hall.advance(MINUTE)
    assert.deepEqual([hall.status(device), hall.jobStatus()], ['CANCELED', 'CANCELED'])
  })

  test(`executions that time out in one instant do so in the order in which they were queued${restarts ? ', also after a restart' : ''}`, () => {
    const hall = new Hall()
    const devices = hall.devices(3)
    hall.job(devices, { timeout: { inProgressMs: MINUTE } })
    for (const device of devices.toReversed()) hall.report(device, 'IN_PROGRESS')
    if (restarts) hall.restart()
    hall.told()
    hall.clock.advance(MINUTE)
    hall.turn((turn, engine) => engine.tick(turn))
    const ended = hall.events.flatMap((event) => (event.type === 'execution.changed' ? [event.key] : []))
    assert.deepEqual(ended, devices)
  })
}

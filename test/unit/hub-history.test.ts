import assert from 'node:assert/strict'
import { test } from 'node:test'
import { historyOf } from '../../src/hub/api/history.ts'
import { Hall, MINUTE, NOON } from '../builders/hall.ts'

const history = (hall: Hall): [number, Record<string, number>][] =>
  historyOf(hall.engine.jobs.require('x/job'), hall.engine.executions, hall.clock.now()).map(({ at, counts }) => [(at - NOON) / MINUTE, counts])

test('the counts over time are those there were, also after a restart', () => {
  const hall = new Hall()
  const devices = hall.devices(3)
  hall.job(devices, { retry: [{ on: 'FAILED', times: 1 }] })
  hall.advance(100 * MINUTE)
  hall.report(devices[0]!, 'IN_PROGRESS')
  hall.report(devices[1]!, 'REJECTED')
  hall.advance(100 * MINUTE)
  hall.report(devices[0]!, 'IN_PROGRESS', { progress: 50 })
  hall.report(devices[2]!, 'FAILED')
  hall.advance(99 * MINUTE)
  hall.report(devices[0]!, 'SUCCEEDED')
  hall.report(devices[2]!, 'SUCCEEDED')
  const expected = [
    [0, { QUEUED: 3 }],
    [99, { QUEUED: 3 }],
    [100, { QUEUED: 1, IN_PROGRESS: 1, REJECTED: 1 }],
    // A failure that was retried at once is in the queue again.
    [199, { QUEUED: 1, IN_PROGRESS: 1, REJECTED: 1 }],
    [200, { QUEUED: 1, IN_PROGRESS: 1, REJECTED: 1 }],
    [298, { QUEUED: 1, IN_PROGRESS: 1, REJECTED: 1 }],
    [299, { SUCCEEDED: 2, REJECTED: 1 }],
  ]
  assert.deepEqual(history(hall), expected)
  hall.restart()
  hall.advance(1000 * MINUTE)
  assert.deepEqual(history(hall), expected, 'a job that is over has no more history')
})

test('a job that goes on is shown up to now', () => {
  const hall = new Hall()
  hall.job(hall.devices(2))
  hall.advance(10 * MINUTE)
  assert.deepEqual(history(hall), [
    [0, { QUEUED: 2 }],
    [10, { QUEUED: 2 }],
  ])
})

test('a job of no duration has one point', () => {
  const hall = new Hall()
  const [device] = hall.devices(1)
  hall.job([device!])
  hall.report(device!, 'SUCCEEDED')
  assert.deepEqual(history(hall), [[0, { SUCCEEDED: 1 }]])
})

test('however much happens, there are 300 points at most, and the last one is true', () => {
  const hall = new Hall()
  const devices = hall.devices(2000)
  hall.job(devices)
  hall.due()
  for (const device of devices) {
    hall.advance(1000)
    hall.report(device, 'SUCCEEDED')
  }
  const points = history(hall)
  assert.ok(points.length <= 300 && points.length > 250, String(points.length))
  assert.deepEqual(points.at(-1)?.[1], { SUCCEEDED: 2000 })
  for (const [, counts] of points.slice(1)) assert.equal(Object.values(counts).reduce((a, b) => a + b), 2000)
})

test('what people let run again is seen to fail, and then to wait', () => {
  const hall = new Hall()
  const [device] = hall.devices(1)
  hall.job([device!])
  hall.advance(100 * MINUTE)
  hall.report(device!, 'FAILED')
  hall.advance(100 * MINUTE)
  hall.turn((turn, engine) => engine.jobs.rerun(turn, 'x/job'))
  hall.advance(99 * MINUTE)
  assert.deepEqual(history(hall), [
    [0, { QUEUED: 1 }],
    [99, { QUEUED: 1 }],
    [100, { FAILED: 1 }],
    [199, { FAILED: 1 }],
    [200, { QUEUED: 1 }],
    [299, { QUEUED: 1 }],
  ])
})

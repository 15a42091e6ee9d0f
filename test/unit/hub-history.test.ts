import assert from 'node:assert/strict'
import { test } from 'node:test'
import { historyOf } from '../../src/hub/api/history.ts'
import { EngineFixture, MINUTE, NOON } from '../builders/engine-fixture.ts'

const history = (fixture: EngineFixture): [number, Record<string, number>][] =>
  historyOf(fixture.engine.jobs.require('x/job'), fixture.engine.executions, fixture.clock.now()).map(
    ({ at, counts }) => [(at - NOON) / MINUTE, counts],
  )

test('the counts over time are those there were, also after a restart', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(3)
  fixture.job(devices, { retry: [{ on: 'FAILED', times: 1 }] })
  fixture.advance(100 * MINUTE)
  fixture.report(devices[0]!, 'IN_PROGRESS')
  fixture.report(devices[1]!, 'REJECTED')
  fixture.advance(100 * MINUTE)
  fixture.report(devices[0]!, 'IN_PROGRESS', { progress: 50 })
  fixture.report(devices[2]!, 'FAILED')
  fixture.advance(99 * MINUTE)
  fixture.report(devices[0]!, 'SUCCEEDED')
  fixture.report(devices[2]!, 'SUCCEEDED')
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
  assert.deepEqual(history(fixture), expected)
  fixture.restart()
  fixture.advance(1000 * MINUTE)
  assert.deepEqual(history(fixture), expected, 'a job that is over has no more history')
})

test('a job that goes on is shown up to now', () => {
  const fixture = new EngineFixture()
  fixture.job(fixture.devices(2))
  fixture.advance(10 * MINUTE)
  assert.deepEqual(history(fixture), [
    [0, { QUEUED: 2 }],
    [10, { QUEUED: 2 }],
  ])
})

test('a job of no duration has one point', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1)
  fixture.job([device!])
  fixture.report(device!, 'SUCCEEDED')
  assert.deepEqual(history(fixture), [[0, { SUCCEEDED: 1 }]])
})

test('however much happens, there are 300 points at most, and the last one is true', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(2000)
  fixture.job(devices)
  fixture.due()
  for (const device of devices) {
    fixture.advance(1000)
    fixture.report(device, 'SUCCEEDED')
  }
  const points = history(fixture)
  assert.ok(points.length <= 300 && points.length > 250, String(points.length))
  assert.deepEqual(points.at(-1)?.[1], { SUCCEEDED: 2000 })
  for (const [, counts] of points.slice(1))
    assert.equal(
      Object.values(counts).reduce((a, b) => a + b),
      2000,
    )
})

test('what people let run again is seen to fail, and then to wait', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1)
  fixture.job([device!])
  fixture.advance(100 * MINUTE)
  fixture.report(device!, 'FAILED')
  fixture.advance(100 * MINUTE)
  fixture.turn((turn, engine) => engine.jobs.rerun(turn, 'x/job'))
  fixture.advance(99 * MINUTE)
  assert.deepEqual(history(fixture), [
    [0, { QUEUED: 1 }],
    [99, { QUEUED: 1 }],
    [100, { FAILED: 1 }],
    [199, { FAILED: 1 }],
    [200, { QUEUED: 1 }],
    [299, { QUEUED: 1 }],
  ])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rateOf } from '../../src/core/job/rollout-rate.ts'
import { rateAfter, rolloutCurve } from '../../webview/job-editor/form/rollout-curve.ts'

test('without a rate all devices have the job in the first minute', () => {
  assert.deepEqual(rolloutCurve(undefined, 7512), { minutes: [0], devices: [7512], complete: true })
})

test('a constant rate climbs in equal steps', () => {
  assert.deepEqual(rolloutCurve({ perMinute: 4 }, 10), { minutes: [0, 1, 2], devices: [4, 8, 10], complete: true })
})

test('a growing rate multiplies with what earlier minutes have reached, up to its limit', () => {
  const exponential = { base: 10, factor: 2, every: { of: 'NOTIFIED' as const, count: 10 } }
  assert.deepEqual(rolloutCurve({ exponential }, 100).devices, [10, 30, 100])
  assert.deepEqual(rolloutCurve({ perMinute: 25, exponential }, 100).devices, [10, 30, 55, 80, 100])
})

test('the drawn rate is the engine’s', () => {
  const exponential = fc.record({
    base: fc.integer({ min: 1, max: 500 }),
    factor: fc.double({ min: 1.1, max: 5, noNaN: true }),
    every: fc.record({
      of: fc.constantFrom('NOTIFIED' as const, 'SUCCEEDED' as const),
      count: fc.integer({ min: 1, max: 100 }),
    }),
  })
  const rollouts = fc.record({ perMinute: fc.integer({ min: 1, max: 1000 }), exponential }, { requiredKeys: [] })
  fc.assert(
    fc.property(rollouts, fc.nat(5000), (rollout, reached) =>
      assert.equal(rateAfter(rollout, reached), rateOf(rollout, reached, reached)),
    ),
  )
})

test('a rollout of more than a week is said to be none that ends, in no more points than can be drawn', () => {
  const { minutes, complete } = rolloutCurve({ perMinute: 1 }, 100_000)
  assert.equal(complete, false)
  assert.ok(minutes.length <= 402)
  const long = rolloutCurve({ perMinute: 1 }, 5000)
  assert.equal(long.complete, true)
  assert.equal(long.devices.at(-1), 5000)
})

test('nobody is reached in no time', () => {
  assert.deepEqual(rolloutCurve({ perMinute: 5 }, 0), { minutes: [], devices: [], complete: true })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkBehavior, planWork, reliable, type Behavior } from '../../src/sim/behavior.ts'
import { randomOf } from '../../src/sim/random.ts'

const behavior = (change: Partial<Behavior> & { fail?: number; reject?: number; hang?: number } = {}): Behavior => {
  const { fail = 0, reject = 0, hang = 0, ...rest } = change
  return { odds: { fail, reject, hang }, steps: 3, startMs: [10, 20], stepMs: [100, 200], ...rest }
}
const outline = (of: Behavior, seed = 1): string[] =>
  planWork(of, randomOf(seed)).map(({ status, progress }) => `${status} ${progress}`)

test('work that succeeds starts at 0, reports its steps and ends at 100', () => {
  assert.deepEqual(outline(behavior()), [
    'IN_PROGRESS 0',
    'IN_PROGRESS 25',
    'IN_PROGRESS 50',
    'IN_PROGRESS 75',
    'SUCCEEDED 100',
  ])
})

test('without steps there is the start and the end only', () => {
  assert.deepEqual(outline(behavior({ steps: 0 })), ['IN_PROGRESS 0', 'SUCCEEDED 100'])
})

test('rejected work is never begun', () => {
  assert.deepEqual(outline(behavior({ reject: 1 })), ['REJECTED 0'])
})

test('failing work ends FAILED with the progress it had reached', () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const reports = planWork(behavior({ fail: 1 }), randomOf(seed))
    assert.equal(reports.at(-1)!.status, 'FAILED')
    assert.equal(reports.at(-1)!.progress, reports.at(-2)!.progress)
    assert.ok(reports.slice(0, -1).every(({ status }) => status === 'IN_PROGRESS'))
  }
})

test('hanging work is begun and never ended', () => {
  for (let seed = 0; seed < 50; seed += 1) {
    const reports = planWork(behavior({ hang: 1 }), randomOf(seed))
    assert.ok(reports.length >= 1 && reports.every(({ status }) => status === 'IN_PROGRESS'))
  }
})

test('every plan keeps to its ranges, never goes back and has at most one end', () => {
  const odds = fc.tuple(fc.nat(33), fc.nat(33), fc.nat(33))
  fc.assert(
    fc.property(odds, fc.nat(20), fc.integer(), ([fail, reject, hang], steps, seed) => {
      const of = behavior({ fail: fail / 100, reject: reject / 100, hang: hang / 100, steps })
      const reports = planWork(of, randomOf(seed))
      reports.forEach(({ afterMs, progress }, i) => {
        const [shortest, longest] = i === 0 ? of.startMs : of.stepMs
        assert.ok(afterMs >= shortest && afterMs <= longest)
        assert.ok(progress >= (reports[i - 1]?.progress ?? 0) && progress <= 100)
      })
      assert.ok(reports.slice(0, -1).every(({ status }) => status === 'IN_PROGRESS'))
    }),
  )
})

test('the odds are kept over many devices', () => {
  const ends = { SUCCEEDED: 0, FAILED: 0, REJECTED: 0, IN_PROGRESS: 0 }
  const of = behavior({ fail: 0.2, reject: 0.1, hang: 0.1 })
  for (let i = 0; i < 10_000; i += 1) ends[planWork(of, randomOf(7, `device-${i}`)).at(-1)!.status] += 1
  const near = (count: number, expected: number): void =>
    assert.ok(Math.abs(count - expected) < 200, `${count} is not near ${expected}`)
  near(ends.SUCCEEDED, 6000)
  near(ends.FAILED, 2000)
  near(ends.REJECTED, 1000)
  near(ends.IN_PROGRESS, 1000)
})

test('the same seed and name have the same fate, another name has another', () => {
  const numbers = (seed: number, name: string): number[] => Array.from({ length: 5 }, randomOf(seed, name))
  assert.deepEqual(numbers(1, 'a'), numbers(1, 'a'))
  assert.notDeepEqual(numbers(1, 'a'), numbers(1, 'b'))
  assert.notDeepEqual(numbers(1, 'a'), numbers(2, 'a'))
})

test('a behavior nobody can have is refused with field, value and rule', () => {
  assert.throws(() => checkBehavior(behavior({ fail: 1.5 })), {
    name: 'RangeError',
    message: 'odds.fail: 1.5 must be from 0 to 1',
  })
  assert.throws(
    () => checkBehavior(behavior({ fail: 0.6, hang: 0.6 })),
    /fail, reject and hang add up to 1\.2, must be at most 1/,
  )
  assert.throws(() => checkBehavior(behavior({ steps: 1.5 })), /steps: 1\.5 must be a whole number/)
  assert.throws(
    () => checkBehavior(behavior({ stepMs: [5, 1] })),
    /stepMs: 5 to 1 must not be negative or run backwards/,
  )
  checkBehavior(reliable)
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { JobView } from '../../src/shared/api.ts'
import { digest, extend, stack, statesOf, type Point } from '../../webview/progress/curve-data.ts'
import { remaining, shareOf } from '../../webview/progress/estimate.ts'

const point = (at: number, counts: Record<string, number>): Point => ({ at, counts })

describe('the curve', () => {
  it('keeps the ends of a level stretch only', () => {
    let points: Point[] = []
    for (let at = 0; at < 100; at += 1) points = extend(points, point(at, { QUEUED: 5 }))
    assert.deepEqual(
      points.map(({ at }) => at),
      [0, 99],
    )
  })

  it('replaces what it knew of the same instant', () => {
    const points = extend([point(0, { QUEUED: 5 }), point(9, { QUEUED: 4 })], point(9, { QUEUED: 3 }))
    assert.deepEqual(points, [point(0, { QUEUED: 5 }), point(9, { QUEUED: 3 })])
  })

  it('forgets what lies ahead of a clock that went back', () => {
    const points = extend([point(0, { QUEUED: 5 }), point(50, { QUEUED: 4 })], point(20, { QUEUED: 3 }))
    assert.deepEqual(
      points.map(({ at }) => at),
      [0, 20],
    )
  })

  it('is thinned evenly, keeps its first and last point, and stays in order, however the clock jumps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ step: fc.nat(1e9), count: fc.nat(50) }), { minLength: 2, maxLength: 200 }),
        (steps) => {
          let at = 0
          let points: Point[] = [point(0, { QUEUED: 50 })]
          for (const { step, count } of steps)
            points = extend(points, point((at += step), { QUEUED: 50 - count, SUCCEEDED: count }), 40)
          assert.ok(points.length <= 41)
          assert.equal(points[0]!.at, 0)
          assert.equal(points.at(-1)!.at, at)
          for (const [index, { at: own }] of points.entries()) if (index > 0) assert.ok(own > points[index - 1]!.at)
        },
      ),
    )
  })

  it('stacks what has ended below what is to come, states that never were left out', () => {
    const points = [
      point(1000, { QUEUED: 10 }),
      point(3000, { QUEUED: 5, IN_PROGRESS: 2, SUCCEEDED: 2, FAILED: 1, REMOVED: 0 }),
    ]
    assert.deepEqual(statesOf(points), ['SUCCEEDED', 'FAILED', 'IN_PROGRESS', 'QUEUED'])
    assert.deepEqual(stack(points, 1000), {
      states: ['SUCCEEDED', 'FAILED', 'IN_PROGRESS', 'QUEUED'],
      seconds: [0, 2],
      sums: [
        [0, 2],
        [0, 3],
        [0, 5],
        [10, 10],
      ],
    })
  })

  it('shows a state that only a newer hub knows', () => {
    assert.deepEqual(statesOf([point(0, { PAUSED: 1, QUEUED: 1 })]), ['QUEUED', 'PAUSED'])
  })

  it('is told in a dozen lines', () => {
    const points = Array.from({ length: 500 }, (_, at) => point(at, { QUEUED: 500 - at }))
    const told = digest(points)
    assert.ok(told.length <= 12)
    assert.deepEqual([told[0]!.at, told.at(-1)!.at], [0, 499])
    assert.deepEqual(digest([]), [])
  })
})

describe('the time that is left', () => {
  const job = (over: Partial<JobView> = {}): JobView => ({
    key: 'aws/j',
    dialect: 'aws',
    name: 'j',
    status: 'IN_PROGRESS',
    selection: 'SNAPSHOT',
    counts: { SUCCEEDED: 50, QUEUED: 50 },
    planned: 100,
    rolledOut: 100,
    createdAt: 0,
    ...over,
  })
  const even = Array.from({ length: 51 }, (_, at) => point(at * 1000, { SUCCEEDED: at, QUEUED: 100 - at }))

  it('is told from how fast devices got through lately', () => {
    assert.equal(Math.round(remaining(job(), even, 50_000)! / 1000), 50)
    const faster = [
      ...even.slice(0, 30),
      ...Array.from({ length: 11 }, (_, at) => point(35_000 + at * 1500, { SUCCEEDED: 30 + at * 2 })),
    ]
    assert.ok(remaining(job(), faster, 50_000)! < 50_000)
  })

  it('is not told where it cannot be known', () => {
    assert.equal(remaining(job({ counts: { QUEUED: 100 } }), even, 50_000), undefined, 'nothing has ended')
    const first = [point(0, { QUEUED: 200 }), point(6000, { QUEUED: 199, SUCCEEDED: 1 })]
    const early = job({ counts: { QUEUED: 199, SUCCEEDED: 1 }, planned: 200 })
    assert.equal(remaining(early, first, 6000), undefined, 'one of 200 after six seconds would be 20 minutes')
    assert.equal(remaining(job({ selection: 'CONTINUOUS' }), even, 50_000), undefined, 'it never ends')
    assert.equal(remaining(job({ status: 'CANCELED' }), even, 50_000), undefined, 'it has ended')
    assert.equal(remaining(job({ counts: { SUCCEEDED: 100 } }), even, 50_000), undefined, 'all are through')
    assert.equal(
      remaining(job(), [point(0, { SUCCEEDED: 50 }), point(50_000, { SUCCEEDED: 50 })], 50_000),
      undefined,
      'nothing moves',
    )
    assert.equal(remaining(job(), [], 50_000), undefined, 'nothing is known')
  })

  it('is told early of a few devices', () => {
    const one = [point(0, { QUEUED: 4 }), point(10_000, { QUEUED: 3, SUCCEEDED: 1 })]
    assert.equal(remaining(job({ counts: { QUEUED: 3, SUCCEEDED: 1 }, planned: 4 }), one, 10_000), 30_000)
  })

  it('counts devices that the rollout has not reached', () => {
    assert.deepEqual(shareOf(job({ counts: { SUCCEEDED: 10, FAILED: 5, IN_PROGRESS: 5 }, planned: 200 })), {
      ended: 15,
      all: 200,
    })
    assert.deepEqual(shareOf(job({ counts: { SUCCEEDED: 10 }, planned: 0, selection: 'CONTINUOUS' })), {
      ended: 10,
      all: 10,
    })
  })
})

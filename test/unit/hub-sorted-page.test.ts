import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { Execution } from '../../src/core/job/model.ts'
import type { ExecutionSort } from '../../src/shared/api.ts'
import { executionView } from '../../src/hub/api/executions.ts'
import { sortedPage, sortOf } from '../../src/hub/api/sorted-page.ts'

const execution = (device: string, more: Partial<Execution> = {}): Execution => ({
  job: 'x/j',
  device,
  number: 1,
  order: 1,
  status: 'QUEUED',
  version: 1,
  queuedAt: 0,
  updatedAt: 0,
  ...more,
})
const page = (
  all: Execution[],
  sort: ExecutionSort,
  descending: boolean,
  more: { after?: string; limit?: number } = {},
) => sortedPage(all, () => true, executionView, { sort, descending, after: more.after, limit: more.limit })
const names = (all: Execution[], sort: ExecutionSort, descending = false) =>
  page(all, sort, descending).items.map(({ device }) => device)

describe('a page of executions in an order', () => {
  const all = [
    execution('x/c', { status: 'SUCCEEDED', updatedAt: 30 }),
    execution('x/a', { status: 'IN_PROGRESS', progress: 40, updatedAt: 20 }),
    execution('x/b', { status: 'QUEUED', updatedAt: 10 }),
    execution('x/d', { status: 'FAILED', progress: 70, updatedAt: 20 }),
  ]

  it('is by name, state, progress as it is shown, or the last change; names settle what is equal', () => {
    assert.deepEqual(names(all, 'device'), ['x/a', 'x/b', 'x/c', 'x/d'])
    assert.deepEqual(names(all, 'device', true), ['x/d', 'x/c', 'x/b', 'x/a'])
    assert.deepEqual(names(all, 'status'), ['x/b', 'x/a', 'x/c', 'x/d'])
    assert.deepEqual(names(all, 'progress', true), ['x/c', 'x/d', 'x/a', 'x/b'])
    assert.deepEqual(names(all, 'updated'), ['x/b', 'x/a', 'x/d', 'x/c'])
    assert.deepEqual(names(all, 'updated', true), ['x/c', 'x/a', 'x/d', 'x/b'])
  })

  it('page after page, are all of them once, in the order of one large page', () => {
    const some = fc.uniqueArray(
      fc.record({
        name: fc.string({ minLength: 1, maxLength: 3 }),
        progress: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
        updatedAt: fc.nat(3),
      }),
      { selector: ({ name }) => name },
    )
    fc.assert(
      fc.property(
        some,
        fc.constantFrom<ExecutionSort>('device', 'status', 'progress', 'updated'),
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        (rows, sort, descending, limit) => {
          const given = rows.map(({ name, progress, updatedAt }) =>
            execution(`x/${name}`, { updatedAt, ...(progress !== undefined && { progress }) }),
          )
          const seen: string[] = []
          for (let after: string | undefined; ;) {
            const { items, total, next } = page(given, sort, descending, {
              limit,
              ...(after !== undefined && { after }),
            })
            assert.equal(total, given.length)
            seen.push(...items.map(({ device }) => device))
            if (next === undefined) break
            after = next
          }
          assert.deepEqual(seen, names(given, sort, descending))
          assert.equal(new Set(seen).size, given.length)
        },
      ),
    )
  })

  it('goes on where it was though its last device has moved on or gone', () => {
    const { next } = page(all, 'updated', false, { limit: 2 })
    const moved = all.filter(({ device }) => device !== 'x/a')
    assert.deepEqual(
      page(moved, 'updated', false, { after: next! }).items.map(({ device }) => device),
      ['x/d', 'x/c'],
    )
  })

  it('refuses what it cannot sort by, and what no page gave', () => {
    for (const sort of ['colour', 'constructor', '', 5, undefined])
      assert.throws(() => sortOf(sort), { code: 'INVALID' })
    for (const after of ['', 'x/a', '1', 'one x/a'])
      assert.throws(() => page(all, 'device', false, { after }), { code: 'INVALID' })
    for (const limit of [0, 1001, 1.5]) assert.throws(() => page(all, 'device', false, { limit }), { code: 'INVALID' })
  })
})

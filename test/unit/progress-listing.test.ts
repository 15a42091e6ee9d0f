import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { ExecutionView } from '../../src/shared/api.ts'
import { ActiveRow } from '../../webview/progress/active-row.ts'
import { Listing, type ListRequest } from '../../webview/progress/listing.ts'
import { moveBy, rowsIn, scrollTo } from '../../webview/progress/row-window.ts'
import { nextOrder } from '../../webview/progress/sorting.ts'

describe('the rows that can be seen', () => {
  const viewport = { scrollTop: 1000, height: 250, rowHeight: 25, total: 10_000 }

  it('are those between top and bottom, and some to spare', () => {
    assert.deepEqual(rowsIn(viewport, 5), { first: 35, end: 55 })
    assert.deepEqual(rowsIn({ ...viewport, scrollTop: 0 }, 5), { first: 0, end: 15 })
    assert.deepEqual(rowsIn({ ...viewport, total: 3, scrollTop: 0 }, 5), { first: 0, end: 3 })
    assert.deepEqual(rowsIn({ ...viewport, total: 0, scrollTop: 0 }), { first: 0, end: 0 })
  })

  it('always cover the viewport', () => {
    fc.assert(
      fc.property(
        fc.nat(250_000),
        fc.nat(2000),
        fc.integer({ min: 10, max: 60 }),
        fc.nat(10_000),
        (scrollTop, height, rowHeight, total) => {
          const { first, end } = rowsIn({ scrollTop, height, rowHeight, total })
          assert.ok(first <= end && end <= total)
          if (first > 0) assert.ok(first * rowHeight <= Math.max(scrollTop, total * rowHeight))
          if (end < total) assert.ok(end * rowHeight >= scrollTop + height)
        },
      ),
    )
  })

  it('scroll no further than a row needs', () => {
    assert.equal(scrollTo(42, viewport), 1000)
    assert.equal(scrollTo(10, viewport), 250)
    assert.equal(scrollTo(50, viewport), 1025)
  })

  it('are walked by keys, never beyond either end', () => {
    assert.equal(moveBy('ArrowDown', -1, viewport), 0)
    assert.equal(moveBy('ArrowUp', 0, viewport), 0)
    assert.equal(moveBy('PageDown', 9_995, viewport), 9_999)
    assert.equal(moveBy('End', 3, viewport), 9_999)
    assert.equal(moveBy('a', 3, viewport), undefined)
    assert.equal(moveBy('Home', -1, { ...viewport, total: 0 }), undefined)
  })
})

describe('the list of devices', () => {
  it('asks for pages as rows come near, larger ones for a leap, one at a time', () => {
    const list = new Listing()
    assert.deepEqual(list.need(30), { request: 1, limit: 200 })
    assert.equal(list.need(30), undefined)
    answer(list, { request: 1, limit: 200 }, 5000)
    assert.equal(list.need(200), undefined)
    assert.deepEqual(list.need(3000), { request: 2, limit: 1000, after: 'd199' })
  })

  it('ignores answers to what was asked for another list', () => {
    const list = new Listing()
    const ask = list.need(30)!
    list.begin({ status: 'FAILED' })
    assert.equal(answer(list, ask, 5000), false)
    assert.equal(list.begun, false)
    assert.deepEqual(list.need(30), { request: 2, limit: 200, status: 'FAILED' })
  })

  it('shows what it had until a refresh reaches as far', () => {
    const list = loaded(1300, 1500)
    list.refresh()
    assert.equal(answer(list, list.need(1300)!, 1400, 1300), false, 'the first page is not enough')
    assert.equal(list.total, 1500)
    assert.equal(answer(list, list.need(1300)!, 1400, 1300), true)
    assert.equal(list.total, 1400)
  })

  it('begins again from a refused page, without losing what is shown', () => {
    const list = loaded(200, 500)
    const ask = list.need(400)!
    assert.equal(list.refuse(ask.request), true)
    list.refresh()
    assert.equal(list.total, 500)
    assert.equal(list.need(400)!.after, undefined)
  })

  it('takes newer states of loaded rows and says where they stand', () => {
    const list = loaded(200, 500)
    assert.deepEqual(list.merge([{ ...row(3), version: 2, status: 'FAILED' }, row(499)]), [3])
    assert.equal(list.at(3)?.status, 'FAILED')
  })

  it('never takes an older state for a newer one', () => {
    const list = loaded(200, 200)
    list.merge([{ ...row(3), version: 4, status: 'SUCCEEDED' }])
    assert.deepEqual(list.merge([{ ...row(3), version: 2, status: 'IN_PROGRESS' }]), [])
    assert.deepEqual(
      list.merge([{ ...row(3), number: 2, version: 1, status: 'QUEUED' }]),
      [3],
      'a new attempt begins at version 1',
    )
  })

  it('shows a device once, though it moved while pages came', () => {
    const list = new Listing()
    list.accept(list.need(10)!.request, { items: [row(0), row(1)], total: 3, next: 'd1' }, 10)
    list.accept(list.need(10)!.request, { items: [row(1), row(2)], total: 3 }, 10)
    assert.deepEqual(
      [0, 1, 2, 3].map((index) => list.at(index)?.device),
      ['d0', 'd1', 'd2', undefined],
    )
  })
})

describe('the order of the columns', () => {
  it('is the column’s own way, the other way, and that of the job again', () => {
    for (const [by, descending] of [
      ['device', undefined],
      ['status', undefined],
      ['progress', true],
      ['updated', true],
    ] as const) {
      const first = nextOrder({}, by)
      assert.deepEqual(first, { sort: by, ...(descending && { descending }) })
      const second = nextOrder(first, by)
      assert.deepEqual(second, { sort: by, ...(!descending && { descending: true }) })
      assert.deepEqual(nextOrder(second, by), {})
    }
  })

  it('begins anew with another column', () => {
    assert.deepEqual(nextOrder({ sort: 'device', descending: true }, 'updated'), { sort: 'updated', descending: true })
  })

  it('is asked for with each page', () => {
    const list = new Listing()
    list.begin({ sort: 'progress', descending: true })
    assert.deepEqual(list.need(30), { request: 1, limit: 200, sort: 'progress', descending: true })
  })
})

describe('the active row', () => {
  it('goes where its device goes', () => {
    const list = loaded(5, 5)
    const active = new ActiveRow(list)
    active.moveTo(3)
    list.refresh()
    list.accept(list.need(5)!.request, { items: [row(3), row(4)], total: 2 }, 5)
    active.follow()
    assert.deepEqual([active.index, active.device], [0, 'd3'])
  })

  it('passes to who took its place, or to the last one, or to nobody', () => {
    const list = loaded(5, 5)
    const active = new ActiveRow(list)
    active.moveTo(4)
    for (const [items, expected] of [
      [
        [row(0), row(1)],
        [1, 'd1'],
      ],
      [[], [-1, undefined]],
    ] as const) {
      list.refresh()
      list.accept(list.need(5)!.request, { items: [...items], total: items.length }, 5)
      active.follow()
      assert.deepEqual([active.index, active.device], expected)
    }
  })
})

const row = (index: number): ExecutionView => ({
  device: `d${index}`,
  status: 'QUEUED',
  number: 1,
  version: 1,
  queuedAt: 0,
  updatedAt: 0,
})

/** Answers from a job of `total` devices. */
function answer(list: Listing, { request, after, limit }: ListRequest, total: number, end = 1): boolean {
  const from = after === undefined ? 0 : Number(after.slice(1)) + 1
  const items = Array.from({ length: Math.min(limit, total - from) }, (_, index) => row(from + index))
  const next = from + items.length < total ? { next: items.at(-1)!.device } : {}
  return list.accept(request, { items, total, ...next }, end)
}

function loaded(rows: number, total: number): Listing {
  const list = new Listing()
  for (let ask = list.need(rows); ask !== undefined; ask = list.need(rows)) answer(list, ask, total)
  return list
}

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Page } from '../../src/shared/api.ts'
import { cloudItemOf, deviceItemOf, jobItemOf, whatToDraw } from '../../src/vscode/tree/affected.ts'
import { firstOf } from '../../src/vscode/tree/paging.ts'

describe('which item a change is about', () => {
  it('a device’s own changes and what happens to its executions', () => {
    assert.equal(deviceItemOf({ type: 'device', key: 'aws/a' }), 'device/aws/a')
    assert.equal(deviceItemOf({ type: 'execution', job: 'aws/j', device: 'aws/a' }), 'device/aws/a')
    assert.equal(deviceItemOf({ type: 'job', key: 'aws/j' }), undefined)
  })

  it('a job’s own changes and those of its executions', () => {
    assert.equal(jobItemOf({ type: 'job', key: 'aws/j' }), 'job/aws/j')
    assert.equal(jobItemOf({ type: 'execution', job: 'aws/j', device: 'aws/a' }), 'job/aws/j')
    assert.equal(jobItemOf({ type: 'notice' }), undefined)
  })

  it('a device hangs under its cloud, whatever its name', () => {
    assert.equal(cloudItemOf('device/x/product/device'), 'cloud/x')
  })
})

describe('what to draw anew', () => {
  const fleet = Array.from({ length: 20 }, (_, index) => `device/x/${index}`)
  const shown = (...more: string[]) => {
    const all = new Set(['cloud/x', ...fleet, ...more])
    return (id: string) => all.has(id)
  }

  it('a few items: those', () =>
    assert.deepEqual(whatToDraw(fleet.slice(0, 3), shown(), cloudItemOf), new Set(fleet.slice(0, 3))))

  it('many items of one parent: the parent, once', () =>
    assert.deepEqual(whatToDraw(fleet, shown(), cloudItemOf), new Set(['cloud/x'])))

  it('an item beyond the page that is shown: nothing', () =>
    assert.deepEqual(whatToDraw(['device/x/999'], shown(), cloudItemOf), new Set()))

  it('the first item of a cloud that is not shown: everything', () =>
    assert.deepEqual(whatToDraw(['device/x/1', 'device/y/1'], shown(), cloudItemOf), new Set([undefined])))

  it('a new item at the top: everything', () =>
    assert.deepEqual(
      whatToDraw(
        ['job/x/1'],
        () => false,
        () => undefined,
      ),
      new Set([undefined]),
    ))
})

describe('the first items of a long list', () => {
  const source = (total: number) => {
    const asked: number[] = []
    const fetch = async ({ limit, after = '-1' }: { limit: number; after?: string }): Promise<Page<number>> => {
      asked.push(limit)
      const items = Array.from({ length: total }, (_, index) => index).slice(
        Number(after) + 1,
        Number(after) + 1 + limit,
      )
      const last = items.at(-1) ?? 0
      return { items, total, ...(last < total - 1 && { next: String(last) }) }
    }
    return { asked, fetch }
  }

  it('come in one page where one is enough', async () => {
    const { asked, fetch } = source(50)
    assert.deepEqual(await firstOf(200, fetch), { items: Array.from({ length: 50 }, (_, index) => index), total: 50 })
    assert.deepEqual(asked, [200])
  })

  it('come in as few pages as the hub allows, and say that more follow', async () => {
    const { asked, fetch } = source(10_000)
    const { items, total, next } = await firstOf(2_200, fetch)
    assert.deepEqual(
      { count: items.length, last: items.at(-1), total, next },
      { count: 2_200, last: 2_199, total: 10_000, next: '2199' },
    )
    assert.deepEqual(asked, [1000, 1000, 200])
  })
})

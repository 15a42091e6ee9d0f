import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../src/core/virtual-clock.ts'
import { Deadlines } from '../../src/core/deadlines.ts'
import { Ticker, type DueWork } from '../../src/hub/ticker.ts'
import { textOf, type Words } from '../../src/core/said.ts'

/** A source whose deadlines are set by hand and whose work is written down. */
class Diary implements DueWork {
  readonly deadlines = new Deadlines<string>()
  readonly done: string[] = []
  work: (key: string) => void = () => {}

  next(): number | undefined {
    return this.deadlines.next()
  }

  async run(now: number): Promise<void> {
    const key = this.deadlines.take(now)
    if (key === undefined) return
    this.done.push(`${key}@${now}`)
    this.work(key)
  }
}

const failed = (text: Words, error: unknown): void => assert.fail(`${textOf(text)}: ${String(error)}`)

test('what falls due is done at its instant, and once', async () => {
  const clock = new VirtualClock(0)
  const diary = new Diary()
  const ticker = new Ticker(clock, [diary], failed)
  diary.deadlines.set('a', 10)
  diary.deadlines.set('b', 20)
  ticker.look()
  clock.advanceTo(15)
  await ticker.idle()
  assert.deepEqual(diary.done, ['a@10'])
  clock.advanceTo(20)
  await ticker.idle()
  assert.deepEqual(diary.done, ['a@10', 'b@20'])
})

test('what is due by now is done on a clock that nobody moves', async () => {
  const clock = new VirtualClock(0)
  const diary = new Diary()
  const ticker = new Ticker(clock, [diary], failed)
  const worked = new Promise<void>((resolve) => {
    diary.work = (key) => (key === 'last slice' ? resolve() : diary.deadlines.set('last slice', clock.now()))
  })
  diary.deadlines.set('first slice', 0)
  ticker.look()
  assert.deepEqual(diary.done, [], 'but not within the call')
  await worked
  assert.deepEqual(diary.done, ['first slice@0', 'last slice@0'])
})

test('idle resolves only when work that work has made due is done too', async () => {
  const clock = new VirtualClock(0)
  const diary = new Diary()
  const ticker = new Ticker(clock, [diary], failed)
  let slices = 0
  diary.work = () => {
    slices += 1
    if (slices < 5) diary.deadlines.set(`slice ${slices}`, clock.now())
  }
  diary.deadlines.set('slice 0', 0)
  await ticker.idle()
  assert.equal(slices, 5)
})

test('the event loop gets its turn between slices', async () => {
  const clock = new VirtualClock(0)
  const diary = new Diary()
  const ticker = new Ticker(clock, [diary], failed)
  const order: string[] = []
  diary.work = (key) => {
    order.push(key)
    setImmediate(() => order.push(`after ${key}`))
    if (key === 'one') diary.deadlines.set('two', 0)
  }
  diary.deadlines.set('one', 0)
  await ticker.idle()
  assert.deepEqual(order.slice(0, 3), ['one', 'after one', 'two'])
})

test('a failure is told, and the rest goes on', async () => {
  const clock = new VirtualClock(0)
  const told: unknown[] = []
  const bad = new Diary()
  const good = new Diary()
  bad.work = () => {
    throw new Error('no luck')
  }
  const ticker = new Ticker(clock, [bad, good], (_, error) => told.push(error))
  bad.deadlines.set('x', 0)
  good.deadlines.set('y', 0)
  await ticker.idle()
  assert.deepEqual([told.map(String), good.done], [['Error: no luck'], ['y@0']])
})

test('a stopped ticker does nothing any more', async () => {
  const clock = new VirtualClock(0)
  const diary = new Diary()
  const ticker = new Ticker(clock, [diary], failed)
  diary.deadlines.set('late', 5)
  ticker.look()
  await ticker.stop()
  clock.advanceTo(10)
  assert.deepEqual(diary.done, [])
})

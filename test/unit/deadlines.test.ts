import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Deadlines } from '../../src/core/deadlines.ts'

test('deadlines come up in order, each at the instant it was last set to', () => {
  const deadlines = new Deadlines<string>()
  for (let at = 1; at <= 1000; at += 1)
    for (const key of ['a', 'b', 'c']) deadlines.set(key, key === 'b' ? 3000 - at : 1000 + at)
  deadlines.delete('c')
  assert.equal(deadlines.next(), 2000)
  assert.deepEqual([deadlines.take(2000), deadlines.take(2000), deadlines.take(2000)], ['a', 'b', undefined])
  assert.equal(deadlines.size, 0)
})

test('things of the same id are one thing, which comes up as it was last set', () => {
  const deadlines = new Deadlines<{ id: string; said: number }>(({ id }) => id)
  deadlines.set({ id: 'a', said: 1 }, 2)
  deadlines.set({ id: 'b', said: 2 }, 3)
  deadlines.set({ id: 'a', said: 3 }, 4)
  deadlines.delete({ id: 'b', said: 4 })
  assert.deepEqual([deadlines.take(4), deadlines.take(4)], [{ id: 'a', said: 3 }, undefined])
})

test('a deadline put off again and again takes the room of one', () => {
  const deadlines = new Deadlines<string>()
  deadlines.set('first', 1)
  for (let at = 2; at < 10_000; at += 1) deadlines.set('step', at)
  assert.ok(deadlines.held < 200, `${deadlines.held} entries are held`)
})

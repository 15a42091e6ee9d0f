import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rememberId, seenBefore, type SeenRecord } from '../../src/core/command/seen.ts'
import { MemoryTables } from '../../src/core/table.ts'

const HOUR = 3_600_000
const MEMORY = { forMs: 6 * HOUR, most: 1000 }

test('an identifier is known for as long as it is remembered, and is new again afterwards', () => {
  const table = new MemoryTables().table<SeenRecord>('seen')
  assert.equal(seenBefore(table, MEMORY, 'a', 0), undefined)
  rememberId(table, MEMORY, 'a', { at: 0, by: 'one' })
  assert.deepEqual(seenBefore(table, MEMORY, 'a', 6 * HOUR - 1), { at: 0, by: 'one' })
  assert.equal(seenBefore(table, MEMORY, 'a', 6 * HOUR), undefined)
})

test('one that is remembered anew lives on from then', () => {
  const table = new MemoryTables().table<SeenRecord>('seen')
  rememberId(table, MEMORY, 'a', { at: 0, by: 'one' })
  rememberId(table, MEMORY, 'b', { at: HOUR, by: 'one' })
  rememberId(table, MEMORY, 'a', { at: 6 * HOUR, by: 'two' })
  rememberId(table, MEMORY, 'c', { at: 8 * HOUR, by: 'one' })
  assert.deepEqual(
    [...table.entries()].map(([id]) => id),
    ['a', 'c'],
  )
})

test('the table stays small: what is too old goes, and beyond the most the oldest', () => {
  const table = new MemoryTables().table<SeenRecord>('seen')
  for (let i = 0; i < 3000; i += 1) rememberId(table, MEMORY, `id${i}`, { at: i, by: 'one' })
  assert.equal(table.size, 1000)
  assert.equal(seenBefore(table, MEMORY, 'id1999', 3000), undefined)
  assert.notEqual(seenBefore(table, MEMORY, 'id2000', 3000), undefined)
  for (let i = 0; i < 200; i += 1) rememberId(table, MEMORY, `later${i}`, { at: 24 * HOUR, by: 'one' })
  assert.equal(table.size, 200)
})

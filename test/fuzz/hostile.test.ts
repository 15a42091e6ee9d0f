import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzz } from './fuzz.ts'

const MEGABYTE = 2 ** 20

test('a hub that gets four thousand hostile inputs lives, loses nothing of a valid client, and its memory comes back', async () => {
  const { inputs, before, after, rounds, sent } = await fuzz({ seed: 20_261, minutes: 0, inputs: 4000 })
  assert.ok(inputs >= 4000)
  assert.ok(sent.size >= 8, `every front was attacked: ${[...sent.keys()].join(', ')}`)
  assert.ok(rounds > 0)
  assert.deepEqual(after.faults, [])
  assert.ok(
    after.connections <= before.connections + 1,
    `connections: ${before.connections} before, ${after.connections} after`,
  )
  assert.ok(
    after.sockets <= before.sockets + 2,
    `sockets: ${before.sockets} before, ${after.sockets} after: connections whose clients are gone are closed`,
  )
  assert.ok(after.heap < before.heap + 40 * MEGABYTE, `heap: ${before.heap} bytes before, ${after.heap} after`)
})

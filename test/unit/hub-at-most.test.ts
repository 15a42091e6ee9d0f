import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitConcurrency } from '../../src/hub/limit-concurrency.ts'

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('so many run at a time, in the order in which they were asked for, whatever becomes of them', async () => {
  const inTurn = limitConcurrency(2)
  const begun: string[] = []
  const ends: Record<string, (error?: Error) => void> = {}
  const run = (name: string): Promise<string> =>
    inTurn(() => {
      begun.push(name)
      return new Promise(
        (resolve, reject) => (ends[name] = (error) => (error === undefined ? resolve(name) : reject(error))),
      )
    })
  const results = ['a', 'b', 'c', 'd'].map(run)
  await tick()
  assert.deepEqual(begun, ['a', 'b'])
  const failed = assert.rejects(results[1]!, /broken/)
  ends['b']?.(new Error('broken'))
  await failed
  await tick()
  assert.deepEqual(begun, ['a', 'b', 'c'])
  for (const name of ['a', 'c']) ends[name]?.()
  await tick()
  ends['d']?.()
  assert.deepEqual(await Promise.all([results[0], results[2], results[3]]), ['a', 'c', 'd'])
})

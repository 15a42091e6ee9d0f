import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialectOf, keyOf, nameOf, type DeviceKey, type JobKey } from '../../src/core/ids.ts'

test('a key is taken apart into what it was put together from, whatever slashes the name has', () => {
  for (const [dialect, name] of [
    ['aws', 'lamp'],
    ['aliyun', 'product/lamp'],
    ['azure', 'edge/module/one'],
  ] as const) {
    const key = keyOf(dialect, name)
    assert.deepEqual([dialectOf(key), nameOf(key)], [dialect, name])
  }
})

test('the key of a job is none of a device to the compiler', () => {
  const job: JobKey = keyOf('aws', 'one')
  const taken: DeviceKey[] = []
  // @ts-expect-error Keys of different things are different types: without an error here, none is told anywhere.
  taken.push(job)
  assert.deepEqual(taken, ['aws/one'])
})

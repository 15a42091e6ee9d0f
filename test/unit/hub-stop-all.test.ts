import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stopAll } from '../../src/hub/stop-all.ts'

test('what fails to stop does not keep the rest from stopping, and is heard of afterwards', async () => {
  const stopped: string[] = []
  const steps = [
    () => void stopped.push('one'),
    () => Promise.reject(new Error('disk full')),
    () => {
      throw new Error('later')
    },
    async () => void stopped.push('four'),
  ]
  await assert.rejects(stopAll(steps), /disk full/)
  assert.deepEqual(stopped, ['one', 'four'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uncounted } from '../../scripts/l10n.ts'
import { counted } from '../../src/shared/counted.ts'

test('one thing is said in the singular, any other number of them in the plural', () => {
  const said = (count: number): string => counted(count, '1 device', `${count} devices`)
  assert.deepEqual([0, 1, 2].map(said), ['0 devices', '1 device', '2 devices'])
})

test('a text with a number before a plural is found, unless it has a sibling for one', () => {
  assert.deepEqual(uncounted(['IoT Hub is running, {0} devices online']).length, 1)
  assert.deepEqual(uncounted(['IoT Hub is running, {0} devices online', 'IoT Hub is running, 1 device online']), [])
  assert.deepEqual(uncounted(['{0}: {1} of {2} devices online', '{0}: {1} of 1 device online']), [])
  assert.deepEqual(uncounted(['Remove {0} devices?', 'Remove the device {0}?', 'the job {0} is on {1}']), [])
})

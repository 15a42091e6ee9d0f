import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RealClock } from '../../src/hub/real-clock.ts'

const HOUR = 3_600_000

test('what fell due while the machine slept happens soon after it wakes up, not an hour of its timers later', (t) => {
  let now = 1_000_000
  t.mock.method(Date, 'now', () => now)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const woken: number[] = []
  new RealClock().at(now + HOUR, () => woken.push(now))
  now += 30_000
  t.mock.timers.tick(30_000)
  assert.deepEqual(woken, [])
  // Timers stand still while the machine sleeps, its clock does not.
  now += 2 * HOUR
  t.mock.timers.tick(30_000)
  assert.deepEqual(woken, [now])
})

test('a clock that is set back delays what is due by as much, and a wait of years is no overflow', (t) => {
  let now = 1_000_000
  t.mock.method(Date, 'now', () => now)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const woken: string[] = []
  const clock = new RealClock()
  clock.at(now + 60_000, () => woken.push('a minute'))
  const cancel = clock.at(now + 10 * 365 * 24 * HOUR, () => woken.push('years'))
  now -= 60_000
  for (let step = 0; step < 3; step += 1) {
    now += 30_000
    t.mock.timers.tick(30_000)
  }
  assert.deepEqual(woken, [])
  now += 30_000
  t.mock.timers.tick(30_000)
  assert.deepEqual(woken, ['a minute'])
  cancel()
})

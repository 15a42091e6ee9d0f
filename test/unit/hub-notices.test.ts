import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../src/core/virtual-clock.ts'
import { Notices } from '../../src/hub/notices.ts'

function stage() {
  const clock = new VirtualClock(1000)
  let changes = 0
  const notices = new Notices(clock, () => (changes += 1))
  return { clock, notices, changes: () => changes }
}

test('a thing that happens again is counted, not told again', () => {
  const { clock, notices, changes } = stage()
  notices.add('ignored', 'aws: x')
  clock.advanceTo(2000)
  notices.add('ignored', 'aws: x')
  assert.deepEqual(notices.list(), [{ kind: 'ignored', text: 'aws: x', count: 2, firstAt: 1000, lastAt: 2000 }])
  assert.equal(changes(), 1)
})

test('texts are cut, and what begins alike for 400 characters counts as equal', () => {
  const { notices } = stage()
  for (const end of ['a', 'b']) notices.add('refused', 'x'.repeat(100_000) + end)
  const [only, ...others] = notices.list()
  assert.deepEqual(others, [])
  assert.equal(only?.text, `${'x'.repeat(400)}…`)
  assert.equal(only?.count, 2)
})

test('of each kind the latest are kept, the others counted, and no kind drives out another', () => {
  const { clock, notices } = stage()
  notices.add('warning', 'the disk is full')
  for (let i = 0; i < 50_000; i += 1) {
    clock.advanceTo(2000 + i)
    notices.add('ignored', `aws: CreateThing.member${i}`)
  }
  const list = notices.list()
  assert.equal(list.length, 202)
  assert.equal(list[0]?.text, 'the disk is full')
  const forgotten = list.find(({ text }) => text.startsWith('others of this kind'))
  assert.equal(forgotten?.count, 49_800)
  assert.ok(list.some(({ text }) => text.endsWith('member49999')))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../src/core/virtual-clock.ts'
import { say } from '../../src/core/said.ts'
import { Notices, type NewNotice } from '../../src/hub/notices.ts'
import { printable } from '../../src/shared/printable.ts'

const device = { type: 'device', name: 'aws/lamp' } as const
const dropped = (subject: string, cause = 'not allowed'): NewNotice => ({
  kind: 'refused',
  code: 'publishDropped',
  about: device,
  subject,
  text: `dropped ${subject}`,
  cause,
})
const hub = (text: string): NewNotice => ({ kind: 'warning', code: 'hub', text })

function stage() {
  const clock = new VirtualClock(1000)
  let changes = 0
  const notices = new Notices(clock, () => (changes += 1))
  return {
    clock,
    notices,
    changes: () => changes,
    texts: () => notices.list().map(({ text, count }) => `${text} ${count}`),
  }
}

test('a thing that happens again is counted, and told again once a second at most', () => {
  const { clock, notices, changes } = stage()
  notices.add(dropped('t'))
  for (let again = 0; again < 3; again += 1) notices.add(dropped('t'))
  assert.equal(changes(), 1)
  clock.advanceTo(2000)
  notices.add(dropped('t'))
  assert.deepEqual(notices.list(), [{ ...dropped('t'), id: '1', count: 5, firstAt: 1000, lastAt: 2000 }])
  assert.equal(changes(), 2)
})

test('texts are cut, and what begins alike for 400 characters counts as equal', () => {
  const { notices } = stage()
  for (const end of ['a', 'b']) notices.add({ ...dropped('t'), cause: 'x'.repeat(100_000) + end })
  const [only, ...others] = notices.list()
  assert.deepEqual(others, [])
  assert.equal(only?.cause, `${'x'.repeat(400)}…`)
  assert.equal(only?.count, 2)
})

test('what a notice was made of goes with it, and is cut like its text', () => {
  const { notices } = stage()
  const cause = say`no policy allows ${say`${'x'.repeat(1000)} on ${'a\u001b[2J'}`}`
  notices.add({ ...dropped('t'), text: say`dropped ${'t'}`, cause, cure: 'allow it' })
  const [{ text, cure, says } = assert.fail('nothing is told')] = notices.list()
  assert.deepEqual([text, cure], ['dropped t', 'allow it'])
  assert.deepEqual(says?.text, say`dropped ${'t'}`)
  assert.equal(says?.cure, undefined)
  const [inner] = says?.cause?.args ?? []
  assert.ok(typeof inner === 'object')
  assert.equal(inner.template, '{0} on {1}')
  assert.deepEqual(inner.args, [`${'x'.repeat(400)}…`, printable('a\u001b[2J')])
  assert.ok(inner.text.length <= 401)
})

test('of each kind the latest are kept, the others counted, and no kind drives out another', () => {
  const { clock, notices } = stage()
  notices.add(hub('the disk is full'))
  for (let i = 0; i < 50_000; i += 1) {
    clock.advanceTo(2000 + i)
    notices.add({ kind: 'ignored', code: 'ignored', subject: `CreateThing.member${i}`, text: `member${i}` })
  }
  const list = notices.list()
  assert.equal(list.length, 202)
  assert.equal(list[0]?.text, 'the disk is full')
  const forgotten = list.find(({ code }) => code === 'more')
  assert.equal(forgotten?.count, 49_800)
  assert.ok(list.some(({ text }) => text === 'member49999'))
  for (const { id } of list) assert.ok(notices.dismiss(id))
  assert.deepEqual(notices.list(), [])
})

test('what works by now is gone, for whatever cause it did not, and nothing else', () => {
  const { notices, changes, texts } = stage()
  for (const cause of ['no policy', 'no certificate']) notices.add(dropped('t', cause))
  notices.add(dropped('u'))
  notices.add({ ...dropped('t'), about: { type: 'client', name: 'aws/lamp' } })
  const before = changes()
  notices.settle('subscribeRefused', device, 't')
  assert.equal(changes(), before)
  notices.settle('publishDropped', device, 't')
  assert.deepEqual(texts(), ['dropped u 1', 'dropped t 1'])
  assert.equal(changes(), before + 1)
})

test('what was dismissed stays away until it was cured and comes back', () => {
  const { clock, notices, changes, texts } = stage()
  notices.add(dropped('t'))
  assert.equal(notices.dismiss('1'), true)
  assert.equal(notices.dismiss('none'), false)
  const before = changes()
  clock.advanceTo(60_000)
  notices.add(dropped('t'))
  assert.deepEqual([texts(), changes()], [[], before])
  notices.settle('publishDropped', device, 't')
  notices.add(dropped('t'))
  assert.deepEqual(texts(), ['dropped t 1'])
})

test('what was about a device goes with it', () => {
  const { notices, texts } = stage()
  notices.add(dropped('t'))
  notices.add(dropped('u'))
  notices.add(hub('stays'))
  notices.forget({ type: 'device', name: 'aws/other' })
  assert.equal(notices.list().length, 3)
  notices.forget(device)
  assert.deepEqual(texts(), ['stays 1'])
})

test('a flood that drives out what could be cured leaves nothing to be looked up', () => {
  const { notices } = stage()
  for (let i = 0; i < 1000; i += 1) notices.add(dropped(`t${i}`))
  for (let i = 0; i < 1000; i += 1) notices.settle('publishDropped', device, `t${i}`)
  assert.equal(notices.empty, true)
})

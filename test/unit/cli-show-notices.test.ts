import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Output } from '../../src/cli/output.ts'
import { showNotices } from '../../src/cli/show-notices.ts'
import type { Hub } from '../../src/hub/hub.ts'
import type { Change, NoticeView } from '../../src/shared/api.ts'

function stage() {
  const notices: NoticeView[] = []
  let told: (change: Change) => void = () => {}
  let looks = 0
  let text = ''
  const sink = { write: (piece: string) => (text += piece) }
  const hub = {
    api: {
      notices: async () => {
        looks += 1
        return [...notices]
      },
    },
    events: { on: (listener: (change: Change) => void) => (told = listener) },
  } as unknown as Hub
  return {
    show: () =>
      showNotices(hub, new Output({ json: false, quiet: false, verbose: false, stdout: sink, stderr: sink, env: {} })),
    notice(name: string): void {
      notices.push({ id: name, kind: 'refused', code: 'connectRefused', text: name, count: 1, firstAt: 0, lastAt: 0 })
      told({ type: 'notice' })
    },
    lines: () => text.split('\n').filter((line) => line !== ''),
    looks: () => looks,
  }
}

test('a flood of notices is looked at once a second, and told in twenty lines', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { show, notice, lines, looks } = stage()
  const lastLook = await show()
  for (let i = 0; i < 10_000; i += 1) notice(`client ${i}`)
  await new Promise(setImmediate)
  assert.equal(looks(), 2)
  t.mock.timers.tick(1000)
  await new Promise(setImmediate)
  assert.equal(looks(), 3)
  await lastLook()
  assert.equal(lines().length, 22)
  assert.equal(lines()[0], 'refused: client 0')
  assert.match(lines()[21] ?? '', /and 9979 more/)
})

test('the last look shows what came since the one before, once', async () => {
  const { show, notice, lines } = stage()
  notice('before')
  const lastLook = await show()
  notice('first')
  notice('second')
  await lastLook()
  await lastLook()
  assert.deepEqual(lines(), ['refused: before', 'refused: first', 'refused: second'])
})

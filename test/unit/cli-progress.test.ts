import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Output, type Sink } from '../../src/cli/output.ts'
import { percentOf, progressLine, progressText, resultLines } from '../../src/cli/progress.ts'

const output = (sink: Partial<Sink>, env = {}): Output => {
  const stdout: Sink = { write: () => true, isTTY: true, ...sink }
  return new Output({ stdout, stderr: stdout, env, json: false, quiet: false, verbose: false })
}
const plain = (columns: number): Output => output({ columns }, { NO_COLOR: '1' })
const job = (counts: Record<string, number>, planned = 20): { counts: Record<string, number>; planned: number } => ({
  counts,
  planned,
})

test('the bar stacks the states in order and fills with what is still to come', () => {
  const line = progressLine(job({ SUCCEEDED: 10, FAILED: 2, IN_PROGRESS: 4, QUEUED: 2 }), 15, plain(200))
  assert.equal(
    line,
    `${'█'.repeat(20)}${'x'.repeat(4)}${'▒'.repeat(8)}${'░'.repeat(4)}····  60 % · 10 succeeded · 2 failed · 4 in progress · 2 queued · 2 not yet rolled out · 15 online`,
  )
})

test('the line is never wider than the terminal', () => {
  const counts = {
    SUCCEEDED: 1234,
    FAILED: 1,
    REJECTED: 1,
    TIMED_OUT: 1,
    CANCELED: 1,
    REMOVED: 1,
    IN_PROGRESS: 400,
    QUEUED: 300,
  }
  for (let columns = 30; columns < 200; columns += 7) {
    const line = progressLine(job(counts, 2000), 1500, plain(columns))
    assert.ok(line.length < columns, `${line.length} of ${columns}`)
  }
})

test('a hundred per cent is said only when all have ended', () => {
  assert.equal(percentOf(job({ SUCCEEDED: 999, QUEUED: 1 }, 1000)), 99)
  assert.equal(percentOf(job({ SUCCEEDED: 999, FAILED: 1 }, 1000)), 100)
  assert.equal(percentOf(job({}, 0)), 100)
})

test('a job that is not rolled out at all has an empty bar', () => {
  assert.equal(progressText(job({}), 0), '  0 % · 20 not yet rolled out · 0 online')
  assert.match(progressLine(job({}), 0, plain(200)), /^·{40} {3}0 %/)
})

test('color comes on a terminal only, and not with NO_COLOR', () => {
  const colored = (sink: Partial<Sink>, env = {}): boolean =>
    progressLine(job({ SUCCEEDED: 20 }), 20, output(sink, env)).includes('\x1b[')
  assert.equal(colored({}), true)
  assert.equal(colored({ isTTY: false }), false)
  assert.equal(colored({}, { NO_COLOR: '1' }), false)
  assert.equal(colored({}, { TERM: 'dumb' }), false)
})

test('the result names each state that occurred', () => {
  assert.deepEqual(resultLines(job({ SUCCEEDED: 18, FAILED: 2 }), plain(80)), [
    '  succeeded    18',
    '  failed        2',
  ])
})

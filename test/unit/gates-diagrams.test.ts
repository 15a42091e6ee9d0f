import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findDiagrams, withDiagrams } from '../../scripts/diagrams.ts'

const page = withDiagrams(
  '# States\n\n<!-- diagram: executions -->\n<!-- end -->\n\n<!-- diagram: jobs -->\n<!-- end -->\n',
)

test('the diagrams have the moves of the engine’s tables, each once', () => {
  assert.match(page, /\n {2}\[\*\] --> QUEUED: rollout, retry, rejoin\n/)
  assert.match(page, /\n {2}QUEUED --> CANCELED: cancel\n/)
  assert.match(page, /\n {2}IN_PROGRESS --> CANCELED: force\n/)
  assert.match(page, /\n {2}COMPLETED --> IN_PROGRESS: run again what failed or timed out\n/)
  assert.doesNotMatch(page, /SUCCEEDED --> /)
  const arrows: string[] = page.match(/\S+ --> \S+?(?=:|\n)/g) ?? []
  const [executions, jobs] = [
    arrows.slice(0, arrows.lastIndexOf('[*] --> SCHEDULED')),
    arrows.slice(arrows.lastIndexOf('[*] --> SCHEDULED')),
  ]
  for (const drawn of [executions, jobs]) assert.equal(new Set(drawn).size, drawn.length)
})

test('a page that draws other moves than the tables have is told', () => {
  assert.deepEqual(findDiagrams(page), [])
  const stale = page.replace('  SENT --> CANCELED: cancel\n', '')
  assert.deepEqual(findDiagrams(stale), [
    'docs/architecture.md draws other states than src/core/job/states.ts has: npm run diagrams',
  ])
})

test('the project’s own page is what the tables say', () => {
  assert.deepEqual(findDiagrams(), [])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findClauses } from '../../scripts/clauses.ts'
import { plant } from '../builders/plant.ts'

const contract = `# Toy on the wire

## 1. Parts

### 1.1 Topics

| # | Topic |
| --- | --- |
| 7 | Version |

#### 1.1.1 Deep

## 2. Limits
`

/** Not written out below, lest the gate find in this file what is wrong on purpose. */
const toy = 'toy'

const wrongIn = (comment: string, text = contract) =>
  findClauses(plant({ 'docs/wire/toy.md': text, 'src/a.ts': `const a = 1\n${comment}\n` }))

test('a citation of a clause that is there is none of the gate’s business', () => {
  for (const comment of [
    `// [${toy} 1]`,
    `// [${toy} 1.1, 2]`,
    `// [${toy} 1.1.1; 2]`,
    `// [${toy} 1.1 Version]`,
    `// [${toy} 1 Version]`,
    `// [${toy} 1.1 row 7]`,
    '// [MQTT-3.3.5-1] [RFC 9110 7.8], [new X509Certificate(1)]',
  ]) {
    assert.deepEqual(wrongIn(comment), [], comment)
  }
})

test('a citation without its clause is told with its file and line', () => {
  assert.deepEqual(wrongIn(`// Why [${toy} 1.2] so.`), [
    `src/a.ts:2 clauses: [${toy} 1.2], but docs/wire/toy.md has no clause 1.2`,
  ])
  assert.deepEqual(wrongIn(`// [${toy} 1.1, 3]`), [
    `src/a.ts:2 clauses: [${toy} 1.1, 3], but docs/wire/toy.md has no clause 3`,
  ])
  assert.deepEqual(wrongIn(`/**\n * [${toy} 1.1,\n * 3]\n */`), [
    `src/a.ts:3 clauses: [${toy} 1.1, * 3], but docs/wire/toy.md has no clause 3`,
  ])
  assert.deepEqual(wrongIn(`// [${toy} B3.1]`), [
    `src/a.ts:2 clauses: [${toy} B3.1], but docs/wire/toy.md has no clause B3.1`,
  ])
  assert.deepEqual(wrongIn(`// [${toy}-errata 1.1]`), [
    `src/a.ts:2 clauses: [${toy}-errata 1.1], but there is no docs/wire/toy-errata.md`,
  ])
  assert.deepEqual(wrongIn(`// [${toy} 1, tin 2]`), [
    `src/a.ts:2 clauses: [${toy} 1, tin 2], but there is no docs/wire/tin.md`,
  ])
})

test('words behind a number must be words of the clause', () => {
  assert.deepEqual(wrongIn(`// [${toy} 2 Version]`), [
    `src/a.ts:2 clauses: [${toy} 2 Version], but clause 2 of docs/wire/toy.md does not say “Version”`,
  ])
  assert.deepEqual(wrongIn(`// [${toy} 1.1 row 8]`), [
    `src/a.ts:2 clauses: [${toy} 1.1 row 8], but clause 1.1 of docs/wire/toy.md does not say “row 8”`,
  ])
})

test('a number that heads two clauses is told', () => {
  assert.deepEqual(wrongIn('', `${contract}\n### 1.1 Again\n`), [
    'docs/wire/toy.md:15 clauses: there is a clause 1.1 already',
  ])
})

test('every clause that the project’s own comments cite is there', () => {
  assert.deepEqual(findClauses(), [])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JobDraft } from '../../src/shared/job-draft.ts'
import { JsonText } from '../../src/shared/json-text.ts'
import { readDraft, readShown, writeDraft } from '../../src/vscode/job-editor/draft-file.ts'
import { readFromJobEditor } from '../../src/vscode/job-editor/read-message.ts'
import { problemOf } from '../../src/vscode/job-editor/refusal.ts'

const format = { tabSize: 2, insertSpaces: true, eol: '\n' }
const text = `{
  "$schema": "./job.json",
  "dialect": "cloud",   "name": "one",
  "targets": [{ "device": "a" }],

  "document": {"a":1}
}
`
const draft: JobDraft = { dialect: 'cloud', name: 'one', targets: [{ device: 'a' }], document: new JsonText('{"a":1}') }

const written = (before: string, next: Parameters<typeof writeDraft>[1], changed: (keyof JobDraft)[]): string => {
  const change = writeDraft(before, next, changed, format)
  return change === undefined ? before : before.slice(0, change.start) + change.text + before.slice(change.end)
}

test('a change touches its own member only; the rest of the file stays as people laid it out', () => {
  assert.equal(written(text, { ...draft, name: 'two' }, ['name']), text.replace('"one"', '"two"'))
})

test('members come and go', () => {
  const more = written(text, { ...draft, timeoutMinutes: 5 }, ['timeoutMinutes'])
  assert.equal((JSON.parse(more) as JobDraft).timeoutMinutes, 5)
  assert.deepEqual(JSON.parse(written(more, draft, ['timeoutMinutes'])), JSON.parse(text))
})

test('what the file says already is not written again', () => {
  assert.equal(writeDraft(text, draft, ['name', 'document', 'targets'], format), undefined)
})

test('with a change comes the dialect’s present name, where the file has a former one; without one it stays', () => {
  const former = text.replace('"cloud"', '"iothub"')
  const next = { ...draft, dialect: 'iothub-course' }
  assert.equal(
    written(former, { ...next, name: 'two' }, ['name']),
    former.replace('"iothub"', '"iothub-course"').replace('"one"', '"two"'),
  )
  assert.equal(written(former, next, []), former)
})

test('a document that is still being written stays as it is in the file', () => {
  const { document: _, ...unfinished } = draft
  assert.equal(writeDraft(text, unfinished, ['document'], format), undefined)
})

const ODD = '{ "size":12345678901234567890 , "b":1.0,\t"a":1e2 }'

test('a document is read as it stands in the file, and written as it was typed', () => {
  const file = text.replace('{"a":1}', ODD)
  const read = readDraft(file)
  assert.deepEqual('draft' in read && read.draft.document, new JsonText(ODD))
  assert.equal(written(text, { ...draft, document: new JsonText(ODD) }, ['document']), file)
  assert.equal(
    written(text, { ...draft, document: new JsonText('{"a":1.0}') }, ['document']),
    text.replace('{"a":1}', '{"a":1.0}'),
  )
})

const set = '{\n  "dialect": "cloud",\n  "document": {\n    "a": [\n      1.0\n    ]\n  },\n  "name": "one"\n}\n'

test('a document that the file sets in is shown without that, and what is typed is set in again', () => {
  const shown = readShown(set)
  assert.deepEqual('draft' in shown && shown.draft.document, new JsonText('{\n  "a": [\n    1.0\n  ]\n}'))
  const read = readDraft(set)
  assert.deepEqual(
    'draft' in read && read.draft.document,
    new JsonText('{\n    "a": [\n      1.0\n    ]\n  }'),
    'it is handed on as it stands',
  )
  const typed = new JsonText('{\n  "a": [\n    2\n  ]\n}')
  assert.equal(written(set, { ...draft, document: typed }, ['document']), set.replace('1.0', '2'))
  assert.equal(
    written(set.replaceAll('\n', '\r\n'), { ...draft, document: new JsonText('7') }, ['document']).includes(
      '"document": 7,\r\n',
    ),
    true,
  )
})

test('a document that stands in its file without regard to it stays so', () => {
  const loose = set.replace('    "a"', '"a"')
  const { document } = (readShown(loose) as { draft: JobDraft }).draft
  assert.equal(document.text, '{\n"a": [\n      1.0\n    ]\n  }')
  assert.equal(
    written(loose, { ...draft, document: new JsonText(document.text.replace('1.0', '2')) }, ['document']),
    loose.replace('1.0', '2'),
  )
})

test('a file without a document gets one', () => {
  const after = written('{\n  "name": "one"\n}\n', { ...draft, document: new JsonText('{\n  "a": 1.0\n}') }, [
    'document',
  ])
  assert.equal(after, '{\n  "name": "one",\n  "document": {\n    "a": 1.0\n  }\n}\n')
})

test('an empty file becomes a draft with its first change', () => {
  assert.deepEqual(readDraft(' \n'), { draft: {} })
  assert.deepEqual(JSON.parse(written('', draft, ['name'])), { name: 'one' })
})

test('a file that is no JSON object is left alone and told by its line', () => {
  assert.deepEqual(readDraft('{\n  "name": \n}'), { line: 3 })
  assert.deepEqual(readDraft('[]'), { line: 1 })
  assert.equal(writeDraft('[]', draft, ['name'], format), undefined)
})

test('a message is read only if it is one', () => {
  const good: unknown[] = [
    { type: 'ready' },
    { type: 'draft', draft, changed: ['name'], documentText: '{}' },
    { type: 'count', request: 1, dialect: 'cloud', targets: [{ device: 'a' }] },
    { type: 'findDevices', request: 1, dialect: 'cloud', search: '' },
    { type: 'check', request: 2, draft },
    { type: 'submit', draft },
    { type: 'openProgress', job: 'cloud/one' },
  ]
  // As a message a document is no more than its text.
  const sent = (message: unknown): unknown => JSON.parse(JSON.stringify(message))
  for (const message of good) assert.deepEqual(readFromJobEditor(sent(message)), message)
  const { document: _, ...unfinished } = draft
  const bad: unknown[] = [
    undefined,
    'ready',
    { type: 'format' },
    { type: 'submit', draft: unfinished },
    { type: 'submit', draft: [] },
    { type: 'submit', draft: { ...draft, document: { a: 1 } } },
    { type: 'check', request: 2, draft: { ...draft, document: null } },
    { type: 'draft', draft, changed: 'name', documentText: '{}' },
    { type: 'draft', draft, changed: ['name'] },
    { type: 'count', request: '1', dialect: 'cloud', targets: [] },
    { type: 'count', request: 1, dialect: 'cloud', targets: ['a'] },
    { type: 'openProgress' },
  ]
  for (const message of bad) assert.equal(readFromJobEditor(message), undefined)
})

test('a refusal is a problem of its field, or of none', () => {
  assert.deepEqual(
    problemOf(
      Object.assign(new Error('name: "x" is taken'), { data: { field: 'name', value: 'x', rule: 'is taken' } }),
    ),
    { field: 'name', value: 'x', rule: 'is taken' },
  )
  assert.deepEqual(problemOf(new Error('gone')), { field: '', value: undefined, rule: 'gone' })
})

test('a file that nests deeper than can be read is one that cannot be read, not the end of the editor', () => {
  assert.deepEqual(readDraft('['.repeat(500_000)), { line: 1 })
})

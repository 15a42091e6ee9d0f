import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readJobDraft } from '../../src/shared/job-draft-text.ts'
import { JsonText, memberSpans, writeJson } from '../../src/shared/json-text.ts'

const membersOf = (text: string): Record<string, string> =>
  Object.fromEntries([...memberSpans(text)].map(([name, { start, end }]) => [name, text.slice(start, end)]))

const WRITTEN = '{ "b" : 12345678901234567890,\r\n\t"a":[1.0,1e2 , -0,"\\u00e9}\\"],"],\n "b":null}'

test('a value is written as JSON.stringify writes it', () => {
  const values: unknown[] = [
    { a: [1, null, undefined, 'é"\n', true], b: {}, c: [], d: undefined, e: { f: { g: [[]] } } },
    new Date(0),
    [new Date(1), { __proto__: null, x: 1 }],
    'text',
    0,
    null,
  ]
  for (const value of values) {
    assert.equal(writeJson(value), JSON.stringify(value))
    assert.equal(writeJson(value, 2), JSON.stringify(value, null, 2))
  }
})

test('JSON that somebody wrote goes into other JSON as it is', () => {
  const text = writeJson({ name: 'x', document: new JsonText(WRITTEN), list: [new JsonText('1.0')] })
  assert.equal(text, `{"name":"x","document":${WRITTEN},"list":[1.0]}`)
  assert.equal(writeJson({ document: new JsonText(WRITTEN) }, 2), `{\n  "document": ${WRITTEN}\n}`)
})

test('members are found with the text of their values', () => {
  assert.deepEqual(membersOf(`\n{"a" : 1.0 ,"b":${WRITTEN}, "c\\"}":"x,\\\\" , "d":[ {} , 2 ]\n}\n`), {
    a: '1.0',
    b: WRITTEN,
    'c"}': '"x,\\\\"',
    d: '[ {} , 2 ]',
  })
  assert.deepEqual(membersOf('{}'), {})
})

test('of members with one name it is the last, and those inside others do not count', () => {
  assert.deepEqual(membersOf('{"x":{"document":1},"document":2,"document": 3.0}'), {
    x: '{"document":1}',
    document: '3.0',
  })
})

test('nesting costs no stack', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  assert.equal(membersOf(`{"a":${deep}}`)['a'], deep)
})

test('a draft is read with its document as it is written', () => {
  assert.deepEqual(readJobDraft(`{"dialect":"aws","document":${WRITTEN},"name":"n"}`), {
    dialect: 'aws',
    name: 'n',
    document: new JsonText(WRITTEN),
  })
  for (const other of ['[]', 'null', '7', '{"name":"n"}']) assert.deepEqual(readJobDraft(other), JSON.parse(other))
  assert.throws(() => readJobDraft('{'), SyntaxError)
})

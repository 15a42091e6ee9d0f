import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { delta } from '../../src/core/twin/delta.ts'
import { equal } from '../../src/core/twin/json.ts'
import { deeperThan, findForbidden, jsonSize } from '../../src/core/twin/limits.ts'
import { mergeSection } from '../../src/core/twin/merge.ts'
import type { JsonObject } from '../../src/core/twin/model.ts'

const parse = (text: string): JsonObject => JSON.parse(text) as JsonObject

const deltas: { name: string; desired?: string; reported?: string; left?: string }[] = [
  { name: 'nothing is wanted', reported: '{"a":1}' },
  { name: 'nothing is reported', desired: '{"a":1}', left: '{"a":1}' },
  { name: 'all is as wanted', desired: '{"a":1,"b":{"c":[1,{"d":2}]}}', reported: '{"b":{"c":[1,{"d":2}]},"a":1}' },
  { name: 'a scalar differs', desired: '{"a":1,"b":2}', reported: '{"a":1,"b":3}', left: '{"b":2}' },
  { name: 'the types differ', desired: '{"a":1}', reported: '{"a":"1"}', left: '{"a":1}' },
  {
    name: 'a path differs deep down',
    desired: '{"a":{"b":{"c":1,"d":2},"e":3}}',
    reported: '{"a":{"b":{"c":1,"d":9},"e":3}}',
    left: '{"a":{"b":{"d":2}}}',
  },
  {
    name: 'an object is wanted where a scalar is',
    desired: '{"a":{"b":1}}',
    reported: '{"a":5}',
    left: '{"a":{"b":1}}',
  },
  { name: 'a scalar is wanted where an object is', desired: '{"a":5}', reported: '{"a":{"b":1}}', left: '{"a":5}' },
  {
    name: 'an array differs in one element',
    desired: '{"a":[1,2,3]}',
    reported: '{"a":[1,2,4]}',
    left: '{"a":[1,2,3]}',
  },
  { name: 'an array is shorter', desired: '{"a":[1]}', reported: '{"a":[1,2]}', left: '{"a":[1]}' },
  { name: 'only reported has a key', desired: '{"a":1}', reported: '{"a":1,"b":2}' },
  { name: 'only reported has a nested key', desired: '{"a":{}}', reported: '{"a":{"b":2}}' },
  { name: 'an empty object is wanted and missing', desired: '{"a":{}}', reported: '{}', left: '{"a":{}}' },
  {
    name: 'the key is an inherited name',
    desired: '{"toString":1,"__proto__":2}',
    reported: '{}',
    left: '{"toString":1,"__proto__":2}',
  },
  { name: 'zero is reported as minus zero', desired: '{"a":0}', reported: '{"a":-0}' },
]

for (const row of deltas) {
  test(`delta when ${row.name}`, () => {
    const left = delta(
      row.desired === undefined ? undefined : parse(row.desired),
      row.reported === undefined ? undefined : parse(row.reported),
    )
    assert.equal(left === undefined ? undefined : JSON.stringify(left), row.left)
  })
}

test('property: reporting the delta leaves no delta', () => {
  const object = fc.dictionary(
    fc.constantFrom('a', 'b', 'c'),
    fc.jsonValue({ maxDepth: 3 }).filter((value) => !JSON.stringify(value).includes('null')),
  )
  fc.assert(
    fc.property(object, object, (desired: JsonObject, reported: JsonObject) => {
      const left = delta(desired, reported)
      if (left === undefined) return
      const merged = mergeSection(reported, left, { mode: 'merge', nulls: 'delete' })
      assert.equal(delta(desired, merged), undefined)
      assert.ok(!equal(merged, reported))
    }),
  )
})

test('size is that of the compact JSON in UTF-8 bytes', () => {
  assert.equal(jsonSize({ a: 1 }), 7)
  assert.equal(jsonSize({ k: 'é€😀' }), 8 + 2 + 3 + 4)
  assert.equal(jsonSize(undefined), 0)
})

test('depth counts objects and arrays, and looks no deeper than it must', () => {
  assert.equal(deeperThan(1, 0), false)
  assert.equal(deeperThan({}, 0), true)
  assert.equal(deeperThan({ a: { b: 1 } }, 2), false)
  assert.equal(deeperThan({ a: { b: [] } }, 2), true)
  assert.equal(deeperThan(JSON.parse('['.repeat(60_000) + ']'.repeat(60_000)), 8), true)
})

test('forbidden keys and values are found with their path', () => {
  const document = parse('{"a":{"b":[1,null,{"c":null}]},"d.e":1,"f":null}')
  assert.equal(findForbidden(document, { value: (value, inside) => inside && value === null }), 'a.b[1]')
  assert.equal(findForbidden(document, { value: (value, inside) => !inside && value === null }), 'f')
  assert.equal(findForbidden(document, { key: (name) => name.includes('.') }), 'd.e')
  assert.equal(findForbidden(document, { key: (name) => name === 'c' }), 'a.b[2].c')
  assert.equal(findForbidden(document, { key: (name) => name === 'z' }), undefined)
})

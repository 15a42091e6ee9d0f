import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseJson } from '../../src/core/json-text.ts'

test('what people mean is read as JSON.parse reads it', () => {
  fc.assert(fc.property(fc.json(), (text) => assert.deepEqual(parseJson(text), JSON.parse(text))))
})

test('what is no JSON is refused as JSON.parse refuses it', () => {
  for (const text of ['', '{', '"\\"', '[1,]', '{"a":"b\\', '\u0000{}', ']['.repeat(300)]) {
    assert.throws(() => parseJson(text), SyntaxError, JSON.stringify(text))
  }
})

test('nesting is bounded, however it is closed and whatever is behind it', () => {
  assert.ok(parseJson('['.repeat(200) + ']'.repeat(200)))
  for (const text of [
    '['.repeat(201) + ']'.repeat(201),
    '{"a":'.repeat(14_000) + '1' + '}'.repeat(14_000),
    '['.repeat(1_000_000),
  ]) {
    assert.throws(() => parseJson(text), /more than 200 levels of nesting/)
  }
  assert.ok(parseJson(`[${'[],'.repeat(5000)}{}]`), 'beside each other is not deep')
})

test('the number of values is bounded, and what stands in texts does not count', () => {
  const members = (count: number): string => `{${Array.from({ length: count }, (_, i) => `"m${i}":1`).join(',')}}`
  assert.ok(parseJson(members(10_000)))
  assert.throws(() => parseJson(members(10_001)), /more than 20000 values/)
  assert.ok(parseJson(members(10_001), { values: 50_000 }))
  assert.ok(parseJson(JSON.stringify({ text: ',:[{"\\'.repeat(20_000) })))
})

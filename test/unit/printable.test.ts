import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printable, printableJson, printableLines } from '../../src/shared/printable.ts'

for (const [text, shown] of [
  ['lamp-1', 'lamp-1'],
  ['Лампа 灯 🔆 é', 'Лампа 灯 🔆 é'],
  ['a\nb\rc\td', 'a\\nb\\rc\\td'],
  ['\x1b[2J\x1b]0;title\x07', '\\x1b[2J\\x1b]0;title\\x07'],
  ['\x9b31m\x7f', '\\x9b31m\\x7f'],
  ['a\u202etxt.exe', 'a\\u202etxt.exe'],
  ['line\u2028line\u2029', 'line\\u2028line\\u2029'],
  ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
  ['\ud800 alone', '\\ud800 alone'],
  ['tag \u{e0041}', 'tag \\u{e0041}'],
] as const) {
  test(`${JSON.stringify(text)} is shown as ${shown}`, () => {
    assert.equal(printable(text), shown)
    assert.deepEqual(JSON.parse(printableJson(JSON.stringify({ text }))), { text })
    assert.doesNotMatch(printableJson(JSON.stringify({ text })), /[\x00-\x1f\x7f-\x9f\u2028\u202e]/)
  })
}

test('of text in several lines the lines stay, and its own colors only where there are some', () => {
  assert.equal(
    printableLines('\x1b[1mtitle\x1b[0m\nname \x1b[31mred\x1b[2J\r\n', true),
    '\x1b[1mtitle\x1b[0m\nname \x1b[31mred\\x1b[2J\\r\n',
  )
  assert.equal(printableLines('\x1b[1mtitle\nx', false), '\\x1b[1mtitle\nx')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDelete, readGet, readShadowUpdate, ShadowError } from '../../src/dialect/aws/twin/requests.ts'

const nested = (levels: number): string => (levels === 1 ? '{"end":1}' : `{"down":${nested(levels - 1)}}`)
const TOO_DEEP = 'JSON contains too many levels of nesting; maximum is 6'
const token = 'x'.repeat(65)

/** The error table of [aws 5.2], each text by what brings it about. */
const refused: { name: string; payload: string | Buffer; code: number; message: string; clientToken?: string }[] = [
  { name: 'text that is not JSON', payload: '{"state":', code: 400, message: 'Invalid JSON' },
  { name: 'an empty payload', payload: '', code: 400, message: 'Invalid JSON' },
  { name: 'an array', payload: '[]', code: 400, message: 'Invalid JSON' },
  { name: 'null', payload: 'null', code: 400, message: 'Invalid JSON' },
  {
    name: 'no state',
    payload: '{"clientToken":"t"}',
    code: 400,
    message: 'Missing required node: state',
    clientToken: 't',
  },
  {
    name: 'a state that is a string',
    payload: '{"state":"on","clientToken":"t"}',
    code: 400,
    message: 'State node must be an object',
    clientToken: 't',
  },
  { name: 'a state that is an array', payload: '{"state":[]}', code: 400, message: 'State node must be an object' },
  {
    name: 'a desired that is a number',
    payload: '{"state":{"desired":1},"clientToken":"t"}',
    code: 400,
    message: 'Desired node must be an object',
    clientToken: 't',
  },
  {
    name: 'a desired that is an array',
    payload: '{"state":{"desired":[1]}}',
    code: 400,
    message: 'Desired node must be an object',
  },
  {
    name: 'a reported that is a string',
    payload: '{"state":{"reported":"x"}}',
    code: 400,
    message: 'Reported node must be an object',
  },
  {
    name: 'a third node in the state',
    payload: '{"state":{"delta":{}},"clientToken":"t"}',
    code: 400,
    message: 'State contains an invalid node',
    clientToken: 't',
  },
  {
    name: '__proto__ as a node in the state',
    payload: '{"state":{"__proto__":{}}}',
    code: 400,
    message: 'State contains an invalid node',
  },
  {
    name: 'null in an array',
    payload: '{"state":{"desired":{"a":[1,null]}}}',
    code: 400,
    message: 'State contains an invalid node',
  },
  {
    name: 'null deep in an array',
    payload: '{"state":{"reported":{"a":[{"b":null}]}}}',
    code: 400,
    message: 'State contains an invalid node',
  },
  {
    name: 'a number beyond the range of a double',
    payload: '{"state":{"reported":{"a":1e999}}}',
    code: 400,
    message: 'State contains an invalid node',
  },
  {
    name: 'a version that is a string',
    payload: '{"state":{},"version":"1","clientToken":"t"}',
    code: 400,
    message: 'Invalid version',
    clientToken: 't',
  },
  {
    name: 'a version that is a fraction',
    payload: '{"state":{},"version":1.5}',
    code: 400,
    message: 'Invalid version',
  },
  { name: 'a negative version', payload: '{"state":{},"version":-1}', code: 400, message: 'Invalid version' },
  {
    name: 'a token that is a number',
    payload: '{"state":{},"clientToken":7}',
    code: 400,
    message: 'Invalid clientToken',
  },
  {
    name: 'a token of 65 bytes',
    payload: `{"state":{},"clientToken":"${token}"}`,
    code: 400,
    message: 'Invalid clientToken',
    clientToken: token,
  },
  {
    name: 'a token of 33 letters of two bytes',
    payload: `{"state":{},"clientToken":"${'é'.repeat(33)}"}`,
    code: 400,
    message: 'Invalid clientToken',
    clientToken: 'é'.repeat(33),
  },
  {
    name: 'nine levels in desired',
    payload: `{"state":{"desired":${nested(9)}},"clientToken":"t"}`,
    code: 400,
    message: TOO_DEEP,
    clientToken: 't',
  },
  { name: 'nine levels in reported', payload: `{"state":{"reported":${nested(9)}}}`, code: 400, message: TOO_DEEP },
  {
    name: 'nine levels with arrays',
    payload: `{"state":{"reported":{"a":[[[[[[[[1]]]]]]]]}}}`,
    code: 400,
    message: TOO_DEEP,
  },
  {
    name: 'a payload of 8193 bytes',
    payload: `{"state":{},"clientToken":"t"}`.padEnd(8193),
    code: 413,
    message: 'The payload exceeds the maximum size allowed',
    clientToken: 't',
  },
  { name: 'a payload nested beyond all sense', payload: '['.repeat(60_000), code: 400, message: 'Invalid JSON' },
  {
    name: 'bytes that are not UTF-8',
    payload: Buffer.from([0x7b, 0xff, 0x7d]),
    code: 415,
    message: 'Unsupported documented encoding; supported encoding is UTF-8',
  },
]

for (const row of refused) {
  test(`an update with ${row.name} is refused with ${row.code} ${row.message}`, () => {
    assert.throws(
      () => readShadowUpdate(Buffer.from(row.payload)),
      (error) => {
        assert.ok(error instanceof ShadowError)
        assert.deepEqual([error.code, error.message, error.clientToken], [row.code, row.message, row.clientToken])
        return true
      },
    )
  })
}

const accepted: { name: string; payload: string; update: object }[] = [
  { name: 'an empty state', payload: '{"state":{}}', update: {} },
  {
    name: 'a state that is null clears both sections',
    payload: '{"state":null}',
    update: { whole: true, desired: null, reported: null },
  },
  {
    name: 'both sections, version and token',
    payload: '{"state":{"desired":{"a":1},"reported":{"b":null}},"version":10,"clientToken":"tok"}',
    update: { desired: { a: 1 }, reported: { b: null }, version: 10, clientToken: 'tok' },
  },
  {
    name: 'sections that are null',
    payload: '{"state":{"desired":null,"reported":null}}',
    update: { desired: null, reported: null },
  },
  { name: 'version and token that are null', payload: '{"state":{},"version":null,"clientToken":null}', update: {} },
  { name: 'version 0', payload: '{"state":{},"version":0}', update: { version: 0 } },
  {
    name: 'a token of 64 bytes',
    payload: `{"state":{},"clientToken":"${'x'.repeat(64)}"}`,
    update: { clientToken: 'x'.repeat(64) },
  },
  {
    name: 'eight levels',
    payload: `{"state":{"desired":${nested(8)}}}`,
    update: { desired: JSON.parse(nested(8)) as object },
  },
  { name: 'a byte order mark', payload: '\ufeff{"state":{}}', update: {} },
  { name: 'zero bytes at its end, as C programs send', payload: '{"state":{}}\0\0', update: {} },
  { name: 'the names that SDKs put in', payload: '{"state":{},"thingName":"t","shadowName":"s"}', update: {} },
  {
    name: 'members that mean nothing',
    payload: '{"state":{},"metadata":{},"timestamp":1}',
    update: { unknown: ['metadata', 'timestamp'] },
  },
  {
    name: 'a nanosecond timestamp, whose rounding is noticed',
    payload: '{"state":{"reported":{"t":[1700000000000000001]}}}',
    update: { reported: { t: [1700000000000000000] }, inexact: 'reported.t[0]' },
  },
  {
    name: 'a huge double, which is not rounded',
    payload: '{"state":{"reported":{"t":1e300}}}',
    update: { reported: { t: 1e300 } },
  },
]

for (const row of accepted) {
  test(`an update with ${row.name} is read`, () =>
    assert.deepEqual(readShadowUpdate(Buffer.from(row.payload)), { unknown: [], ...row.update }))
}

test('a payload of exactly 8192 bytes is read', () => {
  assert.deepEqual(readShadowUpdate(Buffer.from('{"state":{}}'.padEnd(8192))), { unknown: [] })
})

test('a get is empty or an object; only its token counts', () => {
  assert.equal(readGet(Buffer.from('')), undefined)
  assert.equal(readGet(Buffer.from('{}')), undefined)
  assert.equal(readGet(Buffer.from('\0')), undefined)
  assert.equal(readGet(Buffer.from('{"clientToken":"t"}\0')), 't')
  assert.equal(readGet(Buffer.from('{"clientToken":"t","version":"whatever"}')), 't')
  for (const payload of ['hello', '1', '[]']) assert.throws(() => readGet(Buffer.from(payload)), /Invalid JSON/)
  assert.throws(() => readGet(Buffer.from('{"clientToken":1}')), /Invalid clientToken/)
})

test('a delete may carry anything; only its token counts', () => {
  for (const payload of ['', 'hello', '[1]', '{}']) assert.equal(readDelete(Buffer.from(payload)), undefined)
  assert.equal(readDelete(Buffer.from([0xff])), undefined)
  assert.equal(readDelete(Buffer.from('{"clientToken":"t"}')), 't')
  assert.equal(readDelete(Buffer.from('{"clientToken":"t"}\0')), 't')
  assert.throws(() => readDelete(Buffer.from(`{"clientToken":"${token}"}`)), /Invalid clientToken/)
})

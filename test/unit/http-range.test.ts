import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { namesEtag, parseRange } from '../../src/http/range.ts'

describe('a Range header', () => {
  for (const [header, expected] of [
    ['bytes=0-', { start: 0, end: 99 }],
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=10-19', { start: 10, end: 19 }],
    ['Bytes = 10 - 19 ', { start: 10, end: 19 }],
    ['bytes=90-1000', { start: 90, end: 99 }],
    ['bytes=-5', { start: 95, end: 99 }],
    ['bytes=-500', { start: 0, end: 99 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=99999999999999999999999-', 'unsatisfiable'],
    ['bytes=5-4', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=0-1,5-6', 'whole'],
    ['bytes=a-b', 'whole'],
    ['bytes=+1-2', 'whole'],
    ['lines=1-2', 'whole'],
    ['', 'whole'],
    [undefined, 'whole'],
  ] as const) {
    it(`${JSON.stringify(header)} of 100 bytes is ${JSON.stringify(expected)}`, () =>
      assert.deepEqual(parseRange(header, 100), expected))
  }

  it('cannot be satisfied by nothing', () => {
    assert.equal(parseRange('bytes=0-', 0), 'unsatisfiable')
    assert.equal(parseRange('bytes=-1', 0), 'unsatisfiable')
  })

  it('selects what slice selects', () => {
    const bound = fc.option(fc.nat(40), { nil: undefined })
    fc.assert(
      fc.property(fc.nat(30), bound, bound, (size, from, to) => {
        const content = Array.from({ length: size }, (_, index) => index)
        const range = parseRange(`bytes=${from ?? ''}-${to ?? ''}`, size)
        const isWhole = from === undefined ? to === undefined : to !== undefined && to < from
        if (isWhole) return range === 'whole'
        const expected =
          from === undefined ? content.slice(Math.max(0, size - (to ?? 0))) : content.slice(from, (to ?? size) + 1)
        if (expected.length === 0) return range === 'unsatisfiable'
        assert.ok(typeof range === 'object')
        assert.deepEqual(content.slice(range.start, range.end + 1), expected)
        return range.start >= 0 && range.end < size
      }),
    )
  })

  it('never gives bytes outside the content, whatever the header', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^bytes=[\d, -]*$/)), fc.nat(1000), (header, size) => {
        const range = parseRange(header, size)
        return typeof range === 'string' || (range.start >= 0 && range.start <= range.end && range.end < size)
      }),
    )
  })
})

describe('an entity tag condition', () => {
  it('is met by any tag of the list', () => assert.ok(namesEtag('"a", "b"', 'b', 'strong')))
  it('is met by a star', () => assert.ok(namesEtag(' * ', 'b', 'strong')))
  it('is met without quotes too', () => assert.ok(namesEtag('b', 'b', 'strong')))
  it('counts weak tags in weak comparison only', () => {
    assert.ok(namesEtag('W/"b"', 'b', 'weak'))
    assert.ok(!namesEtag('W/"b"', 'b', 'strong'))
  })
  it('is not met by another tag', () => assert.ok(!namesEtag('"bb"', 'b', 'weak')))
})

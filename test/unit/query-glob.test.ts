import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ANY, literal, matchesGlob, ONE, type Glob } from '../../src/core/query/glob.ts'
import { hasWords } from '../../src/core/query/text.ts'

/** A pattern as people write it. */
const globOf = (pattern: string): Glob =>
  [...pattern].flatMap((char) => (char === '*' ? [ANY] : char === '?' ? [ONE] : literal(char)))

/** The meaning of a pattern, written down without a thought for time. */
function means([wanted, ...pattern]: string[], [char, ...text]: string[]): boolean {
  if (wanted === undefined) return char === undefined
  if (wanted === '*')
    return (
      means(pattern, char === undefined ? [] : [char, ...text]) ||
      (char !== undefined && means([wanted, ...pattern], text))
    )
  return char !== undefined && (wanted === '?' || wanted === char) && means(pattern, text)
}

const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '/', '😀', '*', '?'), maxLength: 8 })
const texts = fc.string({ unit: fc.constantFrom('a', 'b', '/', '😀'), maxLength: 8 })

test('a glob matches what it means, characters of two code units included', () => {
  fc.assert(
    fc.property(patterns, texts, (pattern, text) => {
      assert.equal(matchesGlob(globOf(pattern), text), means([...pattern], [...text]))
    }),
    { numRuns: 2000 },
  )
})

test('a word of a query matches what it means, and a backslash makes wildcards ordinary', () => {
  const marked = fc.array(fc.tuple(fc.constantFrom('a', 'B', '*', '?', '\\', '.', '[', '😀'), fc.boolean()), {
    minLength: 1,
    maxLength: 6,
  })
  const words = fc.string({
    unit: fc.constantFrom('a', 'b', '*', '?', '\\', '.', '[', '😀'),
    minLength: 1,
    maxLength: 6,
  })
  fc.assert(
    fc.property(marked, words, (parts, word) => {
      // What is escaped, and what is no wildcard, has to be there as it is.
      const pattern = parts.map(([char, escaped]) => (escaped || char === '\\' ? `\\${char}` : char)).join('')
      const wanted = parts.map(([char, escaped]) =>
        escaped || !['*', '?'].includes(char) ? { char: char.toLowerCase() } : { wild: char },
      )
      const fits = (at: number, rest: string[]): boolean => {
        const part = wanted[at]
        if (part === undefined) return rest.length === 0
        if (part.wild === '*') return fits(at + 1, rest) || (rest.length > 0 && fits(at, rest.slice(1)))
        return rest.length > 0 && (part.wild === '?' || part.char === rest[0]) && fits(at + 1, rest.slice(1))
      }
      assert.equal(hasWords([pattern])(word), fits(0, [...word]))
    }),
    { numRuns: 2000 },
  )
})

/** A text that counts how often it is looked at. */
class Watched extends String {
  looks = 0
  override charCodeAt(index: number): number {
    this.looks += 1
    return super.charCodeAt(index)
  }
}

function looksAt(pattern: string, text: string): number {
  const watched = new Watched(text)
  matchesGlob(globOf(pattern), watched as unknown as string)
  return watched.looks
}

test('no pattern looks at a text more often than three times its own length for each character', () => {
  const hostile = [
    'a*a*a*a*b',
    '*a*a*a*a*a*a*a*b',
    '?*?*?*?*b',
    'a?*a?*a?*b',
    '*'.repeat(50) + 'b',
    'a'.repeat(400) + '*b',
    '*' + 'a'.repeat(400) + 'b',
  ]
  for (const pattern of hostile) {
    for (const text of ['a'.repeat(800), 'ab'.repeat(400), '😀'.repeat(400)])
      assert.ok(looksAt(pattern, text) <= 3 * pattern.length * text.length, pattern)
  }
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 60 }),
      fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 400 }),
      (pattern, text) => {
        assert.ok(looksAt(pattern, text) <= 3 * (pattern.length + 1) * (text.length + 1))
      },
    ),
  )
})

test('a search with many wildcards through a long value ends', () => {
  assert.equal(hasWords(['a*a*a*a*b'])('a'.repeat(800)), false)
  assert.equal(hasWords(['a*'.repeat(400) + 'b'])('a'.repeat(8000)), false)
})

import { ANY, matchesGlob, ONE, type Glob } from './glob.ts'

/** A bound of a range, as written; `undefined` is open. */
export interface Bound {
  value: string
  inclusive: boolean
}

type Test = (value: unknown) => boolean

/**
 * Whether a value, as text and without regard to case, holds these words in a row. `*` in a word stands for any
 * characters, `?` for one, `\` makes the next one ordinary. A word that is a number also finds the same number written
 * otherwise.
 */
export function hasWords(words: readonly string[]): Test {
  const tests = words.map(wordTest)
  return (value) => {
    const found = wordsOf(value)
    for (let start = 0; start + tests.length <= found.length; start += 1)
      if (tests.every((test, index) => test(found[start + index]!))) return true
    return false
  }
}

/**
 * Whether a value lies between bounds: numerically if the bounds are numbers (then text that is no number never
 * does), else any of its words does, without regard to case.
 */
export function between(from: Bound | undefined, to: Bound | undefined): Test {
  const bounds = [from, to].filter((bound) => bound !== undefined)
  if (bounds.length > 0 && bounds.every(({ value }) => numberIn(value) !== undefined)) {
    const [low, high] = [numeric(from), numeric(to)]
    return (value) => {
      const number = numberIn(value)
      return number !== undefined && lies(number, low, high)
    }
  }
  const [low, high] = [lower(from), lower(to)]
  return (value) => wordsOf(value).some((word) => lies(word, low, high))
}

/** The number that a value is or spells, as JSON spells numbers. */
function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(value) ? Number(value) : undefined
}

interface Limit<T> {
  value: T
  inclusive: boolean
}

const numeric = (bound: Bound | undefined): Limit<number> | undefined =>
  bound && { ...bound, value: Number(bound.value) }
const lower = (bound: Bound | undefined): Limit<string> | undefined =>
  bound && { ...bound, value: bound.value.toLowerCase() }

const lies = <T extends number | string>(value: T, low: Limit<T> | undefined, high: Limit<T> | undefined): boolean =>
  (low === undefined || (low.inclusive ? value >= low.value : value > low.value)) &&
  (high === undefined || (high.inclusive ? value <= high.value : value < high.value))

function wordsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.toLowerCase().split(/\s+/).filter(Boolean)
  return typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : []
}

function wordTest(pattern: string): (word: string) => boolean {
  const glob = globOf(pattern.toLowerCase())
  if (glob.some((unit) => unit < 0)) return (word) => matchesGlob(glob, word)
  const plain = pattern.replace(/\\([\s\S])/g, '$1').toLowerCase()
  const number = numberIn(plain)
  return (word) => word === plain || (number !== undefined && numberIn(word) === number)
}

/** `*` and `?` as wildcards, unless a backslash makes them ordinary. */
function globOf(pattern: string): Glob {
  const glob: number[] = []
  for (let at = 0; at < pattern.length; at += 1) {
    const escaped = pattern[at] === '\\' && at + 1 < pattern.length
    if (escaped) at += 1
    const char = pattern[at]
    glob.push(!escaped && char === '*' ? ANY : !escaped && char === '?' ? ONE : pattern.charCodeAt(at))
  }
  return glob
}

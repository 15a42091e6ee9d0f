import { matchesGlob, type Glob } from '../../../core/query/glob.ts'
import { isInRange } from './ip-range.ts'

/** What a condition compares with: as a pattern where its operator knows wildcards, else as text. */
export interface Wanted {
  text: string
  glob: Glob
}

/** How a condition tests its key [aws 4.7.3]. */
export interface Operator {
  /** `ForAllValues:` or `ForAnyValue:`. */
  set?: 'all' | 'any'
  /** A key that is absent meets it. */
  ifExists: boolean
  /** Met by a value that none of the wanted ones fits. */
  negated: boolean
  /** `*` and `?` in what is wanted are wildcards. */
  wild: boolean
  /** Absent: tests whether there is a value at all (`Null`). */
  fits?: (value: string, wanted: Wanted) => boolean
}

type Test = NonNullable<Operator['fits']>

const text: Test = (value, wanted) => value === wanted.text
const anyCase: Test = (value, wanted) => value.toLowerCase() === wanted.text.toLowerCase()
const pattern: Test = (value, wanted) => matchesGlob(wanted.glob, value)
const address: Test = (value, wanted) => isInRange(value, wanted.text)

const ordered =
  (read: (text: string) => number, holds: (a: number, b: number) => boolean): Test =>
  (value, wanted) =>
    holds(read(value), read(wanted.text))

/** NaN, which no comparison holds for, if it is none. */
const number = (given: string): number => (given.trim() === '' ? NaN : Number(given))
/** ISO 8601, or seconds since 1970. */
const date = (given: string): number => (/^\d+$/.test(given) ? Number(given) * 1000 : Date.parse(given))

const COLON = 58

/** Each of the six parts of an ARN by itself, so that no wildcard swallows a colon but in the last. */
const arn: Test = (value, { glob }) => {
  const have = value.split(':')
  const want = partsOfGlob(glob)
  if (want.length !== Math.min(6, have.length)) return false
  return want.every((part, index) => matchesGlob(part, index === 5 ? have.slice(5).join(':') : have[index]!))
}

function partsOfGlob(glob: Glob): Glob[] {
  const parts: number[][] = [[]]
  for (const unit of glob) {
    if (unit === COLON && parts.length < 6) parts.push([])
    else parts.at(-1)!.push(unit)
  }
  return parts
}

const plain = (fits: Test): Kind => ({ fits, negated: false, wild: false })
const wild = (fits: Test): Kind => ({ fits, negated: false, wild: true })
const not = (kind: Kind): Kind => ({ ...kind, negated: true })

type Kind = Pick<Operator, 'fits' | 'negated' | 'wild'>

function comparisons(name: string, read: (text: string) => number): Record<string, Kind> {
  const equal = plain(ordered(read, (a, b) => a === b))
  return {
    [`${name}Equals`]: equal,
    [`${name}NotEquals`]: not(equal),
    [`${name}LessThan`]: plain(ordered(read, (a, b) => a < b)),
    [`${name}LessThanEquals`]: plain(ordered(read, (a, b) => a <= b)),
    [`${name}GreaterThan`]: plain(ordered(read, (a, b) => a > b)),
    [`${name}GreaterThanEquals`]: plain(ordered(read, (a, b) => a >= b)),
  }
}

const KINDS: Readonly<Record<string, Kind>> = {
  StringEquals: plain(text),
  StringNotEquals: not(plain(text)),
  StringEqualsIgnoreCase: plain(anyCase),
  StringNotEqualsIgnoreCase: not(plain(anyCase)),
  StringLike: wild(pattern),
  StringNotLike: not(wild(pattern)),
  Bool: plain(anyCase),
  IpAddress: plain(address),
  NotIpAddress: not(plain(address)),
  ArnEquals: wild(arn),
  ArnLike: wild(arn),
  ArnNotEquals: not(wild(arn)),
  ArnNotLike: not(wild(arn)),
  ...comparisons('Numeric', number),
  ...comparisons('Date', date),
}

/** Reads `ForAnyValue:StringLikeIfExists`; `undefined` for an operator that the hub does not know. */
export function readOperator(name: string): Operator | undefined {
  if (name === 'Null') return { ifExists: false, negated: false, wild: false }
  const set = name.startsWith('ForAllValues:') ? 'all' : name.startsWith('ForAnyValue:') ? 'any' : undefined
  const rest = set === undefined ? name : name.slice(name.indexOf(':') + 1)
  const ifExists = rest.endsWith('IfExists')
  const base = ifExists ? rest.slice(0, -'IfExists'.length) : rest
  const kind = Object.hasOwn(KINDS, base) ? KINDS[base] : undefined
  return kind && { ...kind, ifExists, ...(set !== undefined && { set }) }
}

/** Whether the values of a key (none: it is absent) meet a condition. */
export function isMet(operator: Operator, values: readonly string[], wanted: readonly Wanted[]): boolean {
  const { fits, negated, set, ifExists } = operator
  if (fits === undefined) return wanted.some((want) => want.text.toLowerCase() === String(values.length === 0))
  if (values.length === 0) return ifExists || set === 'all' || (set === undefined && negated)
  const holds = (value: string): boolean => wanted.some((want) => fits(value, want)) !== negated
  // Without a set operator no value may be one that is not wanted.
  return set === 'all' || (set === undefined && negated) ? values.every(holds) : values.some(holds)
}

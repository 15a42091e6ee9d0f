import { perObject } from '../per-object.ts'
import { between, hasWords, type Bound } from './text.ts'

/** A value a query can compare with. */
type Scalar = string | number | boolean | null

/**
 * One predicate tree for every cloud's query language; plain data, since jobs keep it. Paths name a fact of the device
 * in core's words: `name`, `id`, `type`, `attributes.x`, `tags.x.y`, `groups`, `connected`, `connectivity.at`,
 * `connectivity.reason`, `twin.desired.x`, `twin.reported.x`, `twin.delta.x`, `twin.hasDelta`,
 * `twins.<name>.reported.x` and so on for a named twin, and `*` for every value of them all.
 */
export type Predicate =
  | { op: 'all' }
  | { op: 'and' | 'or'; of: Predicate[] }
  | { op: 'not'; of: Predicate }
  | { op: '=' | '!=' | '<' | '<=' | '>' | '>='; path: string; value: Scalar }
  | { op: 'in'; path: string; values: Scalar[] }
  | { op: 'defined'; path: string }
  | { op: 'prefix'; path: string; value: string }
  /** Searched as text: see `hasWords`. */
  | { op: 'text'; path: string; words: string[] }
  /** Searched as numbers or text: see `between`. */
  | { op: 'range'; path: string; from?: Bound; to?: Bound }

/** Reads the value at a path of some device; a list means that any element may match. */
export type PathLookup = (path: string) => unknown

/** Whether what `lookup` reads satisfies the predicate. Values of different types are never ordered. */
export function matchesPredicate(predicate: Predicate, lookup: PathLookup): boolean {
  switch (predicate.op) {
    case 'all':
      return true
    case 'and':
      return predicate.of.every((part) => matchesPredicate(part, lookup))
    case 'or':
      return predicate.of.some((part) => matchesPredicate(part, lookup))
    case 'not':
      return !matchesPredicate(predicate.of, lookup)
    case 'defined':
      return lookup(predicate.path) !== undefined
    case 'in':
      return anyOf(lookup(predicate.path), (value) => predicate.values.includes(value as Scalar))
    case 'prefix':
      return anyOf(lookup(predicate.path), (value) => typeof value === 'string' && value.startsWith(predicate.value))
    case 'text':
    case 'range':
      return searched(lookup(predicate.path), compiled(predicate))
    case '!=':
      // Of a list, no element may equal the value.
      return !anyOf(lookup(predicate.path), (value) => value === predicate.value)
    default:
      return anyOf(lookup(predicate.path), (value) => compare(predicate.op, value, predicate.value))
  }
}

const anyOf = (found: unknown, test: (value: unknown) => boolean): boolean =>
  Array.isArray(found) ? found.some(test) : test(found)

/** A list that holds anything but scalars cannot be searched. */
const searched = (found: unknown, test: (value: unknown) => boolean): boolean =>
  anyOf(found, test) && !(Array.isArray(found) && found.some((value) => typeof value === 'object'))

type Search = Extract<Predicate, { op: 'text' | 'range' }>

/** A search is put to many devices. */
const compiled = perObject((search: Search) =>
  search.op === 'text' ? hasWords(search.words) : between(search.from, search.to),
)

function compare(op: '=' | '!=' | '<' | '<=' | '>' | '>=', left: unknown, right: Scalar): boolean {
  if (op === '=' || op === '!=') return (left === right) === (op === '=')
  if (left === null || right === null || typeof left !== typeof right) return false
  const a = left as string | number
  const b = right as string | number
  if (op === '<') return a < b
  if (op === '<=') return a <= b
  return op === '>' ? a > b : a >= b
}

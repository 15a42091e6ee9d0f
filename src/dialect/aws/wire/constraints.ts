import { isObject } from '../../../core/twin/json.ts'
import { AwsError } from './errors.ts'
import { say, type Said } from '../../../core/said.ts'

/** What AWS's service model says of a value. Members in the order in which AWS names those that break a rule. */
export type Shape =
  | { type: 'text'; min?: number; max?: number; pattern?: Pattern; values?: readonly string[] }
  | { type: 'count' | 'double'; min?: number; max?: number }
  | { type: 'list'; of: Shape; min?: number; max?: number }
  | { type: 'map'; key: Shape; value: Shape }
  | { type: 'structure'; members: Record<string, Shape>; required: readonly string[]; name?: string }

/** A pattern as AWS shows it, and as it is meant here. */
export interface Pattern {
  source: string
  /** The whole text has to match. */
  matches: RegExp
}

/** A value that breaks a rule of its shape. */
export interface Violation {
  path: readonly (string | number)[]
  value: unknown
  /** `have value less than or equal to 250`. */
  rule: Said
  /** Tells how the value is shown. */
  shape?: Shape
}

/**
 * Every rule of the service model that the value breaks [aws 3.12]. Values of another type are passed over: who
 * reads them refuses them. A member that is null counts as absent.
 */
export function violations(shape: Shape, value: unknown, path: Violation['path'] = []): Violation[] {
  if (value === undefined || value === null) return []
  if (shape.type === 'structure') return isObject(value) ? ofMembers(shape, value, path) : []
  if (shape.type === 'map') return isObject(value) ? ofEntries(shape, value, path) : []
  const own = rulesOf(shape)
    .filter(({ keeps }) => !keeps(value))
    .map((broken) => ({ path, value, rule: broken.rule, shape }))
    .slice(0, 1)
  if (shape.type !== 'list' || !Array.isArray(value) || own.length > 0) return own
  return isPlain(shape.of)
    ? ofElements(shape.of, value, path)
    : value.flatMap((each, i) => violations(shape.of, each, [...path, i]))
}

/** [aws 3.12] All that is wrong in one message. */
function validationError(found: readonly Violation[]): AwsError {
  const clauses = found.map(
    (violation) =>
      `Value ${shown(violation)} at '${pathOf(violation)}' failed to satisfy constraint: Member must ${violation.rule.text}`,
  )
  const head = `${found.length} validation ${found.length === 1 ? 'error' : 'errors'} detected: `
  return new AwsError('InvalidRequestException', head + clauses.join('; '))
}

/** Throws unless the value keeps every rule. */
export function checkShape(shape: Shape, value: unknown): void {
  const found = violations(shape, value)
  if (found.length > 0) throw validationError(found)
}

type Rule = { rule: Said; keeps: (value: unknown) => boolean }

function rulesOf(shape: Shape): Rule[] {
  if (shape.type === 'count' || shape.type === 'double')
    return bounds(shape, 'value', (value) => (typeof value === 'number' ? value : undefined))
  if (shape.type === 'list')
    return bounds(shape, 'length', (value) => (Array.isArray(value) ? value.length : undefined))
  if (shape.type !== 'text') return []
  const { pattern: form, values } = shape
  return [
    ...bounds(shape, 'length', (value) => (typeof value === 'string' ? [...value].length : undefined)),
    ...(form === undefined
      ? []
      : [rule(say`satisfy regular expression pattern: ${form.source}`, (text) => form.matches.test(text))]),
    ...(values === undefined
      ? []
      : [rule(say`satisfy enum value set: [${values.join(', ')}]`, (text) => values.includes(text))]),
  ]
}

const rule = (words: Said, keeps: (text: string) => boolean): Rule => ({
  rule: words,
  keeps: (value) => typeof value !== 'string' || keeps(value),
})

const most = {
  value: (limit: number) => say`have value less than or equal to ${limit}`,
  length: (limit: number) => say`have length less than or equal to ${limit}`,
}
const least = {
  value: (limit: number) => say`have value greater than or equal to ${limit}`,
  length: (limit: number) => say`have length greater than or equal to ${limit}`,
}

function bounds(
  { min, max }: { min?: number; max?: number },
  what: 'value' | 'length',
  measure: (value: unknown) => number | undefined,
): Rule[] {
  const bound = (
    limit: number | undefined,
    words: (limit: number) => Said,
    holds: (size: number, limit: number) => boolean,
  ): Rule[] => {
    if (limit === undefined) return []
    const keeps = (value: unknown): boolean => {
      const size = measure(value)
      return size === undefined || holds(size, limit)
    }
    return [{ rule: words(limit), keeps }]
  }
  return [
    ...bound(max, most[what], (size, limit) => size <= limit),
    ...bound(min, least[what], (size, limit) => size >= limit),
  ]
}

function ofMembers(
  { members, required }: Shape & { type: 'structure' },
  value: Record<string, unknown>,
  path: Violation['path'],
): Violation[] {
  return Object.entries(members).flatMap(([name, shape]) => {
    const member = Object.hasOwn(value, name) ? (value[name] ?? undefined) : undefined
    if (member === undefined)
      return required.includes(name) ? [{ path: [...path, name], value: undefined, rule: say`not be null` }] : []
    return violations(shape, member, [...path, name])
  })
}

const isPlain = ({ type }: Shape): boolean => type === 'text' || type === 'count' || type === 'double'

/** Scalars in a list are named with the list as a whole. */
function ofElements(of: Shape, list: readonly unknown[], path: Violation['path']): Violation[] {
  const rules = rulesOf(of)
  if (list.every((each) => rules.every(({ keeps }) => keeps(each)))) return []
  return [{ path, value: list, rule: say`satisfy constraint: ${together(rules)}` }]
}

/** AWS says `Member must` of maps too, where it means their keys or values. */
function ofEntries(
  { key, value }: Shape & { type: 'map' },
  map: Record<string, unknown>,
  path: Violation['path'],
): Violation[] {
  const found = [
    { what: 'keys', rules: rulesOf(key), all: Object.keys(map) },
    { what: 'values', rules: rulesOf(value), all: Object.values(map) },
  ].filter(({ rules, all }) => !all.every((each) => rules.every(({ keeps }) => keeps(each))))
  return found.map(({ what, rules }) => ({
    path,
    value: map,
    rule:
      what === 'keys'
        ? say`have keys that satisfy constraint: ${together(rules)}`
        : say`have values that satisfy constraint: ${together(rules)}`,
  }))
}

const together = (rules: readonly Rule[]): string =>
  `[${rules.map((each) => `Member must ${each.rule.text}`).join(', ')}]`

/** `abortConfig.criteriaList.1.member.action`. */
const pathOf = ({ path }: Violation): string =>
  path.map((part) => (typeof part === 'number' ? `${part + 1}.member` : part)).join('.')

/** `abortConfig.criteriaList[0].action`, as our own messages name it. */
export const fieldOf = ({ path }: Violation): string =>
  path.reduce<string>(
    (name, part) => (typeof part === 'number' ? `${name}[${part}]` : name === '' ? part : `${name}.${part}`),
    '',
  )

/** A long value is cut: whoever sent it knows it. */
function shown({ value, shape }: Violation): string {
  if (value === undefined) return 'null'
  const text = inJava(value, shape)
  return `'${text.length > 4096 ? `${text.slice(0, 4096)}…` : text}'`
}

function inJava(value: unknown, shape?: Shape): string {
  if (Array.isArray(value))
    return `[${value.map((each) => inJava(each, shape?.type === 'list' ? shape.of : undefined)).join(', ')}]`
  if (shape?.type === 'double' && Number.isInteger(value)) return `${String(value)}.0`
  if (!isObject(value)) return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null')
  const members = Object.entries(value)
    .map(([key, each]) => `${key}=${inJava(each)}`)
    .join(', ')
  return shape?.type === 'structure' && shape.name !== undefined ? `${shape.name}(${members})` : `{${members}}`
}

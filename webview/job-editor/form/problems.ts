import * as l10n from '@vscode/l10n'
import type { Problem } from '../../../src/shared/api.ts'

/**
 * The path of the control that a field of a draft is edited in: the hub counts targets, the form has one control for
 * each kind.
 */
const controlPath = (field: string): string => field.replace(/^targets\/\d+\/(device|group|query)$/, 'targets/$1')

/**
 * Which of the form's controls a problem belongs to: the one named, else the nearest around it, else the first inside
 * it.
 */
export function controlOf(problem: Problem, paths: readonly string[]): string | undefined {
  const path = controlPath(problem.field)
  if (paths.includes(path)) return path
  const around = paths.filter((candidate) => isInside(path, candidate)).sort((a, b) => b.length - a.length)
  return around[0] ?? paths.find((candidate) => isInside(candidate, path))
}

const isInside = (path: string, around: string): boolean => path.startsWith(`${around}/`)

/** Whether it stands in nobody's way. */
export const isAdvice = ({ severity }: Problem): boolean => severity === 'warning'

/**
 * What the form sees itself, then what the hub says of other fields: of the same field, the form's word is newer.
 * Refusals come before all advice, and who is refused by the hub needs no advice of the form's.
 */
export function mergeProblems(own: readonly Problem[], hubs: readonly Problem[]): Problem[] {
  const refused = pathsOf(own.filter((problem) => !isAdvice(problem)))
  const refusals = hubs.filter((problem) => !isAdvice(problem) && !isRelated(problem, refused))
  const said = pathsOf([...own, ...refusals])
  return [
    ...own.filter((problem) => !isAdvice(problem)),
    ...refusals,
    ...own.filter((problem) => isAdvice(problem) && !isRelated(problem, pathsOf(refusals))),
    ...hubs.filter((problem) => isAdvice(problem) && !isRelated(problem, said)),
  ]
}

const pathsOf = (problems: readonly Problem[]): ReadonlySet<string> =>
  new Set(problems.map(({ field }) => controlPath(field)))

function isRelated({ field }: Problem, paths: ReadonlySet<string>): boolean {
  const path = controlPath(field)
  return paths.has(path) || [...paths].some((other) => isInside(other, path) || isInside(path, other))
}

/** Value and rule in a sentence: `0 must be at least 1`. */
export function sentence({ value, rule }: Problem): string {
  if (value === undefined || value === '' || (typeof value === 'object' && value !== null)) return rule
  const shown = typeof value === 'string' ? l10n.t('“{0}”', value) : JSON.stringify(value)
  return l10n.t('{0} {1}', shown.length > 80 ? `${shown.slice(0, 80)}…` : shown, rule)
}

/** Whether something is only missing: nobody needs to be told so of a field that they have not been at. */
export const isMissing = ({ value }: Problem): boolean => value === '' || (Array.isArray(value) && value.length === 0)

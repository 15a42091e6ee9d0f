import { ANY, literal, ONE, type Glob } from '../../../core/query/glob.ts'
import { say, type Words } from '../../../core/said.ts'

/** A text of a policy: what its author wrote, and the names of variables between that. */
export type Template = readonly (string | { variable: string })[]

/** A variable's value, or why the statement that needs it does not count. */
export type VariableLookup = (variable: string) => { value: string } | { why: Words }

/** `${*}`, `${?}` and `${$}` are the characters themselves [aws 4.7.2]. */
const CHARACTERS = ['*', '?', '$']

/** Cuts a text at its variables; what is never closed is text. */
export function readTemplate(text: string): Template {
  const parts: (string | { variable: string })[] = []
  let from = 0
  for (;;) {
    const start = text.indexOf('${', from)
    const end = start < 0 ? -1 : text.indexOf('}', start)
    if (end < 0) break
    if (start > from) parts.push(text.slice(from, start))
    parts.push({ variable: text.slice(start + 2, end) })
    from = end + 1
  }
  if (from < text.length) parts.push(text.slice(from))
  return parts
}

/** As its author wrote it. */
export const shownVariable = (name: string): string => `\${${name}}`

/** Names of the variables in a template. */
export const variablesIn = (template: Template): string[] =>
  template.flatMap((part) => (typeof part === 'string' || CHARACTERS.includes(part.variable) ? [] : [part.variable]))

/** The pattern that a text without variables is: `*` any run of characters, `?` exactly one. */
export const patternOf = (text: string): Glob =>
  Array.from({ length: text.length }, (_, at) =>
    text[at] === '*' ? ANY : text[at] === '?' ? ONE : text.charCodeAt(at),
  )

/**
 * The pattern that a template stands for: `*` and `?` are wildcards where the author wrote them, never inside a value.
 */
export function globOf(template: Template, lookup: VariableLookup): { glob: Glob } | { why: Words } {
  const glob: number[] = []
  for (const part of template) {
    if (typeof part === 'string') {
      glob.push(...patternOf(part))
      continue
    }
    const found = valueOf(part.variable, lookup)
    if ('why' in found) return found
    glob.push(...literal(found.value))
  }
  return { glob }
}

/** The text that a template stands for, without wildcards. */
export function fillTemplate(template: Template, lookup: VariableLookup): { text: string } | { why: Words } {
  let text = ''
  for (const part of template) {
    const found = typeof part === 'string' ? { value: part } : valueOf(part.variable, lookup)
    if ('why' in found) return found
    text += found.value
  }
  return { text }
}

/** A value that could be mistaken for a pattern is not filled in [aws 4.7.3]. */
function valueOf(variable: string, lookup: VariableLookup): { value: string } | { why: Words } {
  if (CHARACTERS.includes(variable)) return { value: variable }
  const found = lookup(variable)
  return 'value' in found && /[*$+?#]/.test(found.value)
    ? { why: say`${shownVariable(variable)} is not filled in: its value holds one of * $ + ? #` }
    : found
}

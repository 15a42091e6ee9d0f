import { parseJson } from '../../../core/json-text.ts'

/** What a placeholder begins with; those of other kinds are text like any other. */
const OPEN = '${aws:iot:'

/** A placeholder in a job document. */
export interface Placeholder {
  /** Where it stands in the document's text, `${` and `}` included. */
  start: number
  end: number
  /** What is between the braces, as the JSON string means it; it may hold further `${…}`. */
  inside: string
}

/** Whether a document may hold a placeholder at all: most do not, and are asked for often. */
export const mayHavePlaceholders = (document: string): boolean => document.includes(OPEN)

/**
 * The placeholders of a JSON text, in their order. In JSON such a thing can stand in a string only, and that is where
 * it has to end: `unterminated` hears where one does not.
 */
export function placeholdersIn(document: string, unterminated: (start: number) => void = () => {}): Placeholder[] {
  const found: Placeholder[] = []
  for (let start = document.indexOf(OPEN); start >= 0;) {
    const end = endOf(document, start)
    if (end === undefined) unterminated(start)
    else found.push({ start, end, inside: parseJson(`"${document.slice(start + 2, end - 1)}"`) as string })
    start = document.indexOf(OPEN, end ?? start + 1)
  }
  return found
}

/**
 * The document with placeholders replaced by what `valueOf` says of them, or left alone; all else is as it was written.
 */
export function replacePlaceholders(document: string, valueOf: (inside: string) => string | undefined): string {
  let replaced = ''
  let from = 0
  for (const { start, end, inside } of placeholdersIn(document)) {
    const value = valueOf(inside)
    if (value === undefined) continue
    replaced += document.slice(from, start) + JSON.stringify(value).slice(1, -1)
    from = end
  }
  return replaced + document.slice(from)
}

/** Behind the brace that closes what opens at `start`, if that happens before the string ends. */
function endOf(document: string, start: number): number | undefined {
  let open = 0
  for (let at = start; at < document.length; at += 1) {
    const letter = document[at]
    if (letter === '"') return undefined
    if (letter === '\\') at += 1
    else if (letter === '$' && document[at + 1] === '{') open += 1
    else if (letter === '}' && --open === 0) return at + 1
  }
  return undefined
}

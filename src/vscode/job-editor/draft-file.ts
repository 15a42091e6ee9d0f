import { isDeepStrictEqual } from 'node:util'
import { applyEdits, modify, parse, type FormattingOptions, type ParseError } from 'jsonc-parser'
import { presentName } from '../../shared/former-names.ts'
import type { JobDraft } from '../../shared/job-draft.ts'
import { readJobDraft } from '../../shared/job-draft-text.ts'
import { JsonText, memberSpans } from '../../shared/json-text.ts'
import type { DraftInWork } from '../../shared/messages.ts'
import { Indentation } from './indentation.ts'

/**
 * What a `*.iotjob.json` file says; an empty one says nothing yet. `line` (from 1): where it stops being a JSON object.
 */
export function readDraft(text: string): { draft: Partial<JobDraft> } | { line: number } {
  if (text.trim() === '') return { draft: {} }
  const errors: ParseError[] = []
  let value: unknown
  try {
    value = parse(text, errors, { disallowComments: true })
  } catch {
    // Nested deeper than any reader can follow.
    return { line: 1 }
  }
  const [error] = errors
  if (error !== undefined) return { line: text.slice(0, error.offset).split('\n').length }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? { draft: readJobDraft(text, value) } : { line: 1 }
}

/** The same for people who look at the document alone: without the indentation that it has as a member of the file. */
export function readShown(text: string): ReturnType<typeof readDraft> {
  const read = readDraft(text)
  if ('line' in read || read.draft.document === undefined) return read
  const document = new JsonText(Indentation.in(text).without(read.draft.document.text))
  return { draft: { ...read.draft, document } }
}

/** A stretch of text, by its offsets, and what is to stand there. */
export interface Replacement {
  start: number
  end: number
  text: string
}

/**
 * Writes the changed members of a draft, as `readShown` gives it, into the file's text, and leaves all else as people
 * have laid it out; with a change a dialect's former name makes room for the present one. Undefined: the file says so
 * already. A document that is absent from the draft is still being written, and stays as it is in the file.
 */
export function writeDraft(
  text: string,
  draft: DraftInWork,
  changed: readonly (keyof JobDraft)[],
  formattingOptions: FormattingOptions,
): Replacement | undefined {
  const before = readShown(text)
  if ('line' in before) return undefined
  const unfinished = (name: string): boolean => name === 'document' && draft.document === undefined
  const { dialect = '' } = before.draft
  const stale: readonly (keyof JobDraft)[] = changed.length === 0 || presentName(dialect) === dialect ? [] : ['dialect']
  const members = [...new Set([...stale, ...changed])].filter(
    (name) => !unfinished(name) && !isDeepStrictEqual(before.draft[name], draft[name]),
  )
  const after = members.reduce((now, name) => {
    const value = draft[name]
    const change = (to: unknown): string => applyEdits(now, modify(now, [name], to, { formattingOptions }))
    return value instanceof JsonText ? withDocument(now, value, () => change(null)) : change(value)
  }, text)
  return after === text ? undefined : difference(text, after)
}

/** The file with this document, set in as far as the one before was; `make` adds one if there is none. */
function withDocument(text: string, { text: document }: JsonText, make: () => string): string {
  const whole = text.trim() !== '' && memberSpans(text).has('document') ? text : make()
  const { start, end } = memberSpans(whole).get('document')!
  return whole.slice(0, start) + Indentation.in(whole).around(document) + whole.slice(end)
}

/** The shortest stretch that makes one text the other. */
function difference(before: string, after: string): Replacement {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let tail = 0
  while (tail < before.length - start && tail < after.length - start && before.at(-1 - tail) === after.at(-1 - tail))
    tail++
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) }
}

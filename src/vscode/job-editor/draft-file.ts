import { isDeepStrictEqual } from 'node:util'
import { applyEdits, modify, parse, type FormattingOptions, type ParseError } from 'jsonc-parser'
import type { JobDraft } from '../../shared/job-draft.ts'
import type { DraftInWork } from '../../shared/messages.ts'

/** What a `*.iotjob.json` file says; an empty one says nothing yet. `line` (from 1): where it stops being a JSON object. */
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
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { draft: value as Partial<JobDraft> } : { line: 1 }
}

/** A stretch of text, by its offsets, and what is to stand there. */
export interface Replacement {
  start: number
  end: number
  text: string
}

/**
 * Writes the changed members of a draft into the file's text, and leaves all else as people have laid it out. Undefined: the file says
 * so already. A document that is absent from the draft is still being written, and stays as it is in the file.
 */
export function writeDraft(text: string, draft: DraftInWork, changed: readonly (keyof JobDraft)[], formattingOptions: FormattingOptions): Replacement | undefined {
  const before = readDraft(text)
  if ('line' in before) return undefined
  const members = changed.filter((name) => !(name === 'document' && draft.document === undefined) && !isDeepStrictEqual(before.draft[name], draft[name]))
  const after = members.reduce((now, name) => applyEdits(now, modify(now, [name], draft[name], { formattingOptions })), text)
  return after === text ? undefined : difference(text, after)
}

/** The shortest stretch that makes one text the other. */
function difference(before: string, after: string): Replacement {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start++
  let tail = 0
  while (tail < before.length - start && tail < after.length - start && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) }
}

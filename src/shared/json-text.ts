/**
 * JSON as somebody wrote it. To parse and write it again would round its large numbers, make `1.0` of `1`, and drop its
 * blanks; so it is handed on as text. Plain, as it also goes through messages: who receives one makes it a `JsonText`
 * again.
 */
export class JsonText {
  constructor(readonly text: string) {}
}

/** The text of a value that nobody wrote as text. */
export const jsonTextOf = (value: unknown, indent = 0): JsonText => new JsonText(JSON.stringify(value, null, indent))

/** `JSON.stringify` (with spaces for `indent`), in which every `JsonText` stands as it was written. */
export function writeJson(value: unknown, indent = 0): string {
  return write(value, ' '.repeat(indent), '\n') ?? 'null'
}

/** `line` is the line break with the indentation of where we are. */
function write(value: unknown, step: string, line: string): string | undefined {
  if (value instanceof JsonText) return value.text
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return JSON.stringify(value)
  const inside = line + step
  const list = Array.isArray(value)
  const items = list
    ? value.map((item: unknown) => write(item, step, inside) ?? 'null')
    : Object.entries(value).flatMap(([name, item]) => {
        const text = write(item, step, inside)
        return text === undefined ? [] : [`${JSON.stringify(name)}:${step === '' ? '' : ' '}${text}`]
      })
  const [open, close] = list ? '[]' : '{}'
  if (items.length === 0) return `${open}${close}`
  return step === ''
    ? `${open}${items.join(',')}${close}`
    : `${open}${inside}${items.join(`,${inside}`)}${line}${close}`
}

/** A stretch of a text, by its offsets. */
interface Span {
  start: number
  end: number
}

/** A member of a JSON object: where its name and its value stand. */
export interface MemberSpan extends Span {
  nameAt: number
}

/**
 * Where the members of an object stand in its text, which must be JSON that can be parsed. Of members with the same
 * name it is the last, as for `JSON.parse`. It needs no stack: what nests deeply is as good as anything.
 */
export function memberSpans(text: string): Map<string, MemberSpan> {
  const members = new Map<string, MemberSpan>()
  let depth = 0
  let name: string | undefined
  let nameAt = 0
  let start = 0
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]!
    if (letter === '"') {
      const end = endOfString(text, at)
      if (depth === 1 && name === undefined) {
        name = JSON.parse(text.slice(at, end)) as string
        nameAt = at
      }
      at = end - 1
    } else if (letter === ':' && depth === 1) start = at + 1
    else if ('{['.includes(letter)) depth += 1
    else if (',}]'.includes(letter)) {
      if (depth === 1 && name !== undefined) {
        members.set(name, { nameAt, ...trimmed(text, start, at) })
        name = undefined
      }
      if (letter !== ',') depth -= 1
    }
  }
  return members
}

/** The value of a member that an object has, as it is written in the object's text. */
export function memberText(text: string, name: string): string {
  const { start, end } = memberSpans(text).get(name)!
  return text.slice(start, end)
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

function trimmed(text: string, start: number, end: number): Span {
  const value = text.slice(start, end)
  const from = start + value.length - value.trimStart().length
  return { start: from, end: from + value.trim().length }
}

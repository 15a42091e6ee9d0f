import { invalid, type HubError } from '../../../core/errors.ts'
import { asSaid, say, type Words } from '../../../core/said.ts'

/** A piece of a query. `at` counts characters from 0. */
export type Token =
  /** `text` with its escapes and wildcards; `plain` without a backslash, so that it may be a keyword. */
  | { type: 'word'; at: number; text: string; plain: boolean }
  | { type: 'phrase'; at: number; text: string }
  | { type: 'mark'; at: number; text: '(' | ')' | '[' | ']' | '{' | '}' | ':' | '<' | '<=' | '>' | '>=' | '-' | '!' }
  | { type: 'end'; at: number; text: '' }

/** Refuses a query, naming where. */
export const unreadable = (query: string, at: number, why: Words): HubError => {
  const error = invalid('query', query, say`cannot be read at character ${at + 1}: ${asSaid(why)}`)
  error.data['at'] = at
  return error
}

const MARK = /(?:<=|>=|[()[\]{}:<>])/y
/** Everything up to a blank or a mark; a backslash takes what follows it along. */
const WORD = /(?:\\[\s\S]|[^\s()[\]{}:<>"\\])+/y
const PHRASE = /"((?:\\[\s\S]|[^"\\])*)"/y

/** Splits a query [aws 4.6] into its pieces; INVALID for what the language does not have. */
export function tokensOf(query: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < query.length;) {
    if (/\s/.test(query[at]!)) {
      at += 1
      continue
    }
    const token = tokenAt(query, at, tokens.at(-1))
    tokens.push(token)
    at += token.text.length + (token.type === 'phrase' ? 2 : 0)
  }
  return [...tokens, { type: 'end', at: query.length, text: '' }]
}

function tokenAt(query: string, at: number, before: Token | undefined): Token {
  const mark = match(MARK, query, at)?.[0]
  if (mark !== undefined) return { type: 'mark', at, text: mark as Extract<Token, { type: 'mark' }>['text'] }
  const first = query[at]
  if (first === '"') {
    const phrase = match(PHRASE, query, at)?.[1]
    if (phrase === undefined) throw unreadable(query, at, 'the quotation mark is never closed')
    return { type: 'phrase', at, text: phrase }
  }
  // A negative number may stand where a value is wanted; elsewhere `-` negates.
  const number = isValuePlace(before) && /^-\d/.test(query.slice(at, at + 2))
  if ((first === '-' && !number) || first === '!') return { type: 'mark', at, text: first }
  const word = match(WORD, query, at)?.[0]
  if (word === undefined) throw unreadable(query, at, 'a backslash must be followed by what it makes ordinary')
  refuseStrange(query, at, word)
  return { type: 'word', at, text: word, plain: !word.includes('\\') }
}

/** What Lucene has and fleet indexing has not; escaped, it is text like any other. */
function refuseStrange(query: string, at: number, word: string): void {
  const bare = word.replace(/\\[\s\S]/g, '__')
  const index = bare.search(/[~^]/)
  if (index >= 0)
    throw unreadable(
      query,
      at + index,
      say`${bare[index] ?? ''} would be a fuzzy or boosted search, which there is not; write \\${bare[index] ?? ''} for the character`,
    )
  if (bare.startsWith('/')) throw unreadable(query, at, 'there are no regular expressions; write \\/ for the character')
  if (bare.startsWith('+'))
    throw unreadable(query, at, 'everything must match unless OR says otherwise; write \\+ for the character')
  if (/^(&&?|\|\|?)$/.test(bare)) throw unreadable(query, at, say`write ${bare.startsWith('&') ? 'AND' : 'OR'}`)
}

/** Whether a value comes next: behind a colon, a comparison, or inside a range. */
const isValuePlace = (before: Token | undefined): boolean =>
  (before?.type === 'mark' && [':', '<', '<=', '>', '>=', '[', '{'].includes(before.text)) ||
  (before?.type === 'word' && before.text === 'TO')

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

import { invalid } from '../../../core/errors.ts'
import type { Predicate } from '../../../core/query/predicate.ts'
import type { Bound } from '../../../core/query/text.ts'
import { factOf } from './fields.ts'
import { tokensOf, unreadable, type Token } from './lexer.ts'
import { say } from '../../../core/said.ts'

/** Where a term is searched if no field is named. */
const ANYWHERE = '*'
const KEYWORDS = new Set(['AND', 'OR', 'NOT', 'TO'])
/** In code points; it bounds how deep a query can be nested, too. */
const MAX_LENGTH = 1000

/** Reads a query by descending through the grammar [aws 4.6]; each method takes what it is named after. */
export class QueryParser {
  readonly #query: string
  readonly #tokens: Token[]
  #index = 0

  /** INVALID if it is too long [aws 4.6.2] or cannot be split into tokens. */
  constructor(query: string) {
    const characters = query.length > MAX_LENGTH ? [...query].length : query.length
    if (characters > MAX_LENGTH) throw invalid('query', characters, say`characters; ${MAX_LENGTH} are allowed`)
    this.#query = query
    this.#tokens = tokensOf(query)
  }

  /** The whole query. INVALID with where and why. */
  parse(): Predicate {
    if (this.#peek().type === 'end') throw unreadable(this.#query, 0, 'it is empty; * finds everything')
    const predicate = this.#or(ANYWHERE)
    if (this.#peek().type !== 'end') throw this.#unexpected()
    return predicate
  }

  #or(path: string): Predicate {
    const parts = [this.#and(path)]
    while (this.#takeKeyword('OR')) parts.push(this.#and(path))
    return parts.length === 1 ? parts[0]! : { op: 'or', of: parts }
  }

  /** Standing side by side means AND. */
  #and(path: string): Predicate {
    const parts = [this.#not(path)]
    while (this.#takeKeyword('AND') || this.#startsTerm()) parts.push(this.#not(path))
    return parts.length === 1 ? parts[0]! : { op: 'and', of: parts }
  }

  #not(path: string): Predicate {
    return this.#takeKeyword('NOT') || this.#takeMark('-', '!') !== undefined
      ? { op: 'not', of: this.#not(path) }
      : this.#primary(path)
  }

  #primary(path: string): Predicate {
    if (this.#takeMark('(') !== undefined) return this.#closed(path)
    const token = this.#peek()
    const after = this.#tokens[this.#index + 1]
    if (token.type === 'word' && after?.type === 'mark' && [':', '<', '<=', '>', '>='].includes(after.text))
      return this.#field()
    return this.#term(path)
  }

  #closed(path: string): Predicate {
    const inner = this.#or(path)
    if (this.#takeMark(')') === undefined)
      throw unreadable(this.#query, this.#peek().at, 'a closing parenthesis is missing')
    return inner
  }

  #field(): Predicate {
    const name = this.#take()
    const fact = factOf(unescape(name.text))
    if ('why' in fact) throw unreadable(this.#query, name.at, fact.why)
    const { path } = fact
    const operator = this.#take().text
    if (operator === ':') return this.#value(path)
    const bound = { value: this.#boundText(), inclusive: operator.endsWith('=') }
    return { op: 'range', path, ...(operator.startsWith('<') ? { to: bound } : { from: bound }) }
  }

  #value(path: string): Predicate {
    if (this.#takeMark('(') !== undefined) return this.#closed(path)
    const opening = this.#takeMark('[', '{')
    if (opening !== undefined) return this.#range(path, opening === '[')
    const negated = this.#peek()
    if (negated.type === 'mark' && (negated.text === '-' || negated.text === '!'))
      throw unreadable(this.#query, negated.at, 'a negation belongs before the field, or into parentheses')
    return this.#term(path)
  }

  #range(path: string, fromIncluded: boolean): Predicate {
    const from = this.#bound(fromIncluded)
    if (!this.#takeKeyword('TO')) throw unreadable(this.#query, this.#peek().at, 'a range has the form [a TO b]')
    const to = this.#bound(true)
    const closing = this.#takeMark(']', '}')
    if (closing === undefined) throw unreadable(this.#query, this.#peek().at, 'a range ends with ] or }')
    return {
      op: 'range',
      path,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to: { ...to, inclusive: closing === ']' } }),
    }
  }

  /** `*` leaves a side open. */
  #bound(inclusive: boolean): Bound | undefined {
    const value = this.#boundText()
    return value === '*' ? undefined : { value, inclusive }
  }

  #boundText(): string {
    const token = this.#peek()
    if (token.type === 'end' || token.type === 'mark' || this.#isKeyword(token))
      throw unreadable(this.#query, token.at, 'a value is missing')
    return unescape(this.#take().text)
  }

  #term(path: string): Predicate {
    const token = this.#peek()
    if (token.type === 'end') throw unreadable(this.#query, token.at, 'something to search for is missing')
    if (token.type === 'mark' || this.#isKeyword(token)) throw this.#unexpected()
    this.#index += 1
    if (token.text.trim() === '') throw unreadable(this.#query, token.at, 'a phrase needs a word')
    if (token.type === 'phrase') return { op: 'text', path, words: wordsOf(literal(unescape(token.text))) }
    if (token.text === '*') return path === ANYWHERE ? { op: 'all' } : { op: 'defined', path }
    if (/^[*?]/.test(token.text))
      throw unreadable(this.#query, token.at, 'a wildcard must not come first, except * alone')
    return { op: 'text', path, words: wordsOf(token.text) }
  }

  #startsTerm(): boolean {
    const token = this.#peek()
    if (token.type === 'word') return !this.#isKeyword(token) || token.text === 'NOT'
    return token.type === 'phrase' || (token.type === 'mark' && ['(', '-', '!'].includes(token.text))
  }

  #peek(): Token {
    return this.#tokens[this.#index]!
  }

  #take(): Token {
    return this.#tokens[this.#index++]!
  }

  #isKeyword(token: Token): boolean {
    return token.type === 'word' && token.plain && KEYWORDS.has(token.text)
  }

  #takeKeyword(keyword: string): boolean {
    const found = this.#isKeyword(this.#peek()) && this.#peek().text === keyword
    if (found) this.#index += 1
    return found
  }

  #takeMark(...marks: string[]): string | undefined {
    const { type, text } = this.#peek()
    if (type !== 'mark' || !marks.includes(text)) return undefined
    this.#index += 1
    return text
  }

  #unexpected(): Error {
    const { at, text } = this.#peek()
    return unreadable(
      this.#query,
      at,
      say`${text === '' ? say`the end` : text} is not expected here; write \\ before a character, or " around a word, that is to be searched for`,
    )
  }
}

const unescape = (text: string): string => text.replace(/\\([\s\S])/g, '$1')
/** Makes wildcards ordinary. */
const literal = (text: string): string => text.replace(/[\\*?]/g, '\\$&')
/** An escaped blank separates words of a value as any other does. */
const wordsOf = (text: string): string[] =>
  text
    .replace(/\\(\s)/g, '$1')
    .split(/\s+/)
    .filter(Boolean)

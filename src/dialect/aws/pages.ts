import type { HttpRequest } from '../../core/seam/http.ts'
import { integerOf, textOf } from './bodies.ts'
import { AwsError } from './errors.ts'

/** How an operation names its paging parameters: `maxResults` and `nextToken`, or `pageSize` and `marker` [aws 4.3]. */
export interface Paging {
  size: string
  token: string
  max: number
}

export const BY_TOKEN: Paging = { size: 'maxResults', token: 'nextToken', max: 250 }
export const BY_MARKER: Paging = { size: 'pageSize', token: 'marker', max: 250 }

/** One page, and where the next begins. */
export interface Page<T> {
  items: T[]
  next?: string
}

/**
 * Cuts a page out of a list. The token says how many elements went before, and is good for the operation that gave it
 * only. Throws InvalidRequestException for a size out of bounds or a token that nobody gave.
 */
export function pageOf<T>(request: Pick<HttpRequest, 'query'>, operation: string, list: Iterable<T>, paging: Paging = BY_TOKEN): Page<T> {
  const size = integerOf(request, paging.size, 1, paging.max) ?? paging.max
  const from = readToken(textOf(request, paging.token), operation, paging.token)
  const items: T[] = []
  let index = 0
  for (const item of list) {
    if (index >= from && items.length === size) return { items, next: token(operation, from + size) }
    if (index >= from) items.push(item)
    index += 1
  }
  return { items }
}

const token = (operation: string, from: number): string => Buffer.from(JSON.stringify([operation, from])).toString('base64url')

function readToken(text: string | undefined, operation: string, parameter: string): number {
  if (text === undefined) return 0
  const [, from = ''] = /^\["\w+",(\d{1,12})\]$/.exec(Buffer.from(text, 'base64url').toString()) ?? []
  if (token(operation, Number(from)) !== text) throw new AwsError('InvalidRequestException', `${parameter}: it was not given by ${operation}`)
  return Number(from)
}

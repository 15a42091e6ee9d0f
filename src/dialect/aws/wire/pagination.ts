import { createHash } from 'node:crypto'
import type { Instant } from '../../../core/clock.ts'
import type { HttpRequest } from '../../../core/seam/http.ts'
import { checkShape } from './constraints.ts'
import { AwsError } from './errors.ts'
import { flagOf, integerOf, textParameter } from './parameters.ts'

/** How an operation names its paging parameters: `maxResults` and `nextToken`, or `pageSize` and `marker` [aws 4.3]. */
export interface Paging {
  size: string
  token: string
  /** The most elements on a page. */
  max: number
  /** The elements on a page where nothing is said; as many as may be if absent. */
  usual?: number
}

export const BY_TOKEN: Paging = { size: 'maxResults', token: 'nextToken', max: 250 }
export const BY_MARKER: Paging = { size: 'pageSize', token: 'marker', max: 250 }

/** One page, and the token of the next one, if there is one. */
export interface TokenPage<T> {
  items: T[]
  next: string | undefined
}

/**
 * Cuts a page out of a list, in the order of the keys, of which no two may be the same. The token holds the last key of
 * the page, so that a script which deletes what it has listed misses nothing, and is good for the same filters only
 * [aws 3.12]. Throws InvalidRequestException for a size out of bounds or a token that was never given.
 */
export function paginate<T>(
  request: Pick<HttpRequest, 'query'>,
  list: Iterable<T>,
  keyOf: (item: T) => string,
  paging: Paging = BY_TOKEN,
): TokenPage<T> {
  checkSize(request, paging)
  const limit = integerOf(request, paging.size, 1, paging.max) ?? paging.usual ?? paging.max
  const filters = filtersOf(request, paging)
  const after = readToken(textParameter(request, paging.token), filters)
  const least = new Least<T>(limit + 1)
  for (const item of list) {
    const key = keyOf(item)
    if (key > after) least.offer(key, item)
  }
  const items = least.entries.slice(0, limit)
  const last = items.at(-1)
  const more = least.entries.length > limit && last !== undefined
  return {
    items: items.map(({ item }) => item),
    next: more ? Buffer.from(filters + last.key).toString('base64url') : undefined,
  }
}

type Made = { createdAt: Instant } & ({ id: string } | { name: string })

/** The key of what was made at some time: newest first, or with `isAscendingOrder` oldest first, as AWS lists it. */
export function creationOrder(request: Pick<HttpRequest, 'query'>): (item: Made) => string {
  const ascending = flagOf(request, 'isAscendingOrder')
  return (item) => {
    const rank = ascending ? item.createdAt : 9e15 - item.createdAt
    return `${String(rank).padStart(16, '0')} ${'id' in item ? item.id : item.name}`
  }
}

/** In the words of the service model, before anything else about the request is looked at. */
function checkSize(request: Pick<HttpRequest, 'query'>, { size, max }: Paging = BY_TOKEN): void {
  const text = textParameter(request, size)
  if (text === undefined || !/^-?\d{1,15}$/.test(text)) return
  const members = { [size]: { type: 'count', min: 1, max } } as const
  checkShape({ type: 'structure', members, required: [] }, { [size]: Number(text) })
}

/** Eight letters for what is asked for besides size and token. */
function filtersOf({ query }: Pick<HttpRequest, 'query'>, { size, token }: Paging): string {
  const filters = [...query].filter(([name, value]) => name !== size && name !== token && value !== '').sort()
  return createHash('sha256').update(JSON.stringify(filters)).digest('base64url').slice(0, 8)
}

/** A key that puts higher numbers first. */
export const latestFirst = (value: number): string => String(9e15 - value).padStart(16, '0')

/** The elements with the smallest keys, sorted: a page out of 100,000 things costs one pass over them, not a sort. */
class Least<T> {
  readonly entries: { key: string; item: T }[] = []
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  offer(key: string, item: T): void {
    const last = this.entries.at(-1)
    if (this.entries.length === this.#most && last !== undefined && key >= last.key) return
    let low = 0
    for (let high = this.entries.length; low < high;) {
      const middle = (low + high) >>> 1
      if (this.entries[middle]!.key < key) low = middle + 1
      else high = middle
    }
    this.entries.splice(low, 0, { key, item })
    if (this.entries.length > this.#most) this.entries.pop()
  }
}

function readToken(token: string | undefined, filters: string): string {
  if (token === undefined) return ''
  const key = Buffer.from(token, 'base64url').toString()
  if (Buffer.from(key).toString('base64url') === token && key.startsWith(filters)) return key.slice(filters.length)
  throw new AwsError('InvalidRequestException', 'Next token is invalid.')
}

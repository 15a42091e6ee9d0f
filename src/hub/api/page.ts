import { invalid } from '../../core/errors.ts'
import type { Page } from '../../shared/api.ts'
import { say } from '../../core/said.ts'

const DEFAULT_LIMIT = 100
const MOST = 1000

/** How many items a page has; INVALID if that is no number from 1 to 1000. */
export function checkedLimit(limit: number = DEFAULT_LIMIT): number {
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MOST))
    throw invalid('limit', limit, say`must be a whole number from 1 to ${MOST}`)
  return limit
}

/**
 * One page of what is wanted, in the order of `all`; `after` is the key of the last item seen, wanted or not by now.
 */
export function pageOf<T, V>(
  all: Iterable<T>,
  wanted: (item: T) => boolean,
  keyOf: (item: T) => string,
  view: (item: T) => V,
  after: string | undefined,
  limit?: number,
): Page<V> {
  const size = checkedLimit(limit)
  const items: V[] = []
  let total = 0
  let last: string | undefined
  let more = false
  let reached = after === undefined
  for (const item of all) {
    const fits = wanted(item)
    if (fits) total += 1
    if (!reached) reached = keyOf(item) === after
    else if (fits && items.length < size) {
      items.push(view(item))
      last = keyOf(item)
    } else if (fits) more = true
  }
  if (!reached) throw invalid('after', after, 'must be the `next` of an earlier page')
  return { items, total, ...(more && last !== undefined && { next: last }) }
}

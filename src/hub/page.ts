import { invalid } from '../core/errors.ts'
import type { Page } from '../shared/api.ts'

const DEFAULT_LIMIT = 100
const MOST = 1000

/** One page of what is wanted, in the order of `all`; `after` is the key of the last item seen. */
export function pageOf<T, V>(
  all: Iterable<T>,
  wanted: (item: T) => boolean,
  keyOf: (item: T) => string,
  view: (item: T) => V,
  after: string | undefined,
  limit: number = DEFAULT_LIMIT,
): Page<V> {
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MOST)) throw invalid('limit', limit, `must be a whole number from 1 to ${MOST}`)
  const items: V[] = []
  let total = 0
  let last: string | undefined
  let more = false
  let reached = after === undefined
  for (const item of all) {
    if (!wanted(item)) continue
    total += 1
    if (!reached) {
      reached = keyOf(item) === after
    } else if (items.length < limit) {
      items.push(view(item))
      last = keyOf(item)
    } else {
      more = true
    }
  }
  if (!reached) throw invalid('after', after, 'must be the `next` of an earlier page')
  return { items, total, ...(more && last !== undefined ? { next: last } : {}) }
}

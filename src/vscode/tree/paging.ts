import type { Page } from '../../shared/api.ts'

/** So many children are shown at first, and more with each wish for more. */
export const firstPageSize = 200

/** What the hub gives at once, at most. */
const most = 1000

/** The first `wanted` items, fetched in as few pages as the hub allows. `next` is there if more follow. */
export async function firstOf<T>(
  wanted: number,
  fetch: (page: { limit: number; after?: string }) => Promise<Page<T>>,
): Promise<Page<T>> {
  let page = await fetch({ limit: Math.min(wanted, most) })
  const items = [...page.items]
  while (page.next !== undefined && items.length < wanted) {
    page = await fetch({ limit: Math.min(wanted - items.length, most), after: page.next })
    items.push(...page.items)
  }
  return { ...page, items }
}

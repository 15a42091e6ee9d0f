import type { ExecutionSort } from '../../src/shared/api.ts'

/** How the devices are ordered; without `sort` as the job reached them. */
export interface Order {
  sort?: ExecutionSort
  descending?: boolean
}

/**
 * What people look for first: who is farthest and who has just moved, but names from A and states from the beginning.
 */
const descendsFirst: readonly ExecutionSort[] = ['progress', 'updated']

/** The order after a click on the title of a column: its own, then the other way round, then that of the job. */
export function nextOrder({ sort, descending = false }: Order, by: ExecutionSort): Order {
  const first = descendsFirst.includes(by)
  if (sort !== by) return orderBy(by, first)
  return descending === first ? orderBy(by, !first) : {}
}

/** Whether two orders are one. */
export const sameOrder = (one: Order, other: Order): boolean =>
  one.sort === other.sort && (one.descending ?? false) === (other.descending ?? false)

const orderBy = (sort: ExecutionSort, descending: boolean): Order => ({ sort, ...(descending && { descending }) })

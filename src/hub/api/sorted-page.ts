import TinyQueue from 'tinyqueue'
import { invalid } from '../../core/errors.ts'
import { nameOf } from '../../core/ids.ts'
import type { Execution } from '../../core/job/model.ts'
import type { ExecutionSort, ExecutionView, Page } from '../../shared/api.ts'
import { executionStateOrder } from '../../shared/states.ts'
import { checkedLimit } from './page.ts'
import { say } from '../../core/said.ts'

/** A place in the order: a device may have moved on since, but the place stays. */
interface Place {
  rank: number
  device: string
}

interface Row extends Place {
  execution: Execution
}

const stateRanks = new Map<string, number>(executionStateOrder.map((state, index) => [state, index]))

/** By what the rows are ordered; those of one rank are in the order of their names. */
const ranks: Record<ExecutionSort, (execution: Execution) => number> = {
  device: () => 0,
  status: ({ status }) => stateRanks.get(status) ?? stateRanks.size,
  // As it is shown: what has succeeded is done whether the device said so or not.
  progress: ({ status, progress }) => (status === 'SUCCEEDED' ? 100 : (progress ?? -1)),
  updated: ({ updatedAt }) => updatedAt,
}

export interface SortedQuery {
  sort: ExecutionSort
  descending: boolean
  after: string | undefined
  limit: number | undefined
}

/** INVALID unless executions can be sorted by it. */
export function sortOf(sort: unknown): ExecutionSort {
  if (typeof sort !== 'string' || !Object.hasOwn(ranks, sort))
    throw invalid('sort', sort, say`must be one of ${Object.keys(ranks).join(', ')}`)
  return sort as ExecutionSort
}

/** One page of what is wanted, in this order; one pass over all, and never more than a page in memory. */
export function sortedPage(
  all: Iterable<Execution>,
  wanted: (execution: Execution) => boolean,
  view: (execution: Execution) => ExecutionView,
  { sort, descending, after, limit }: SortedQuery,
): Page<ExecutionView> {
  const size = checkedLimit(limit)
  const compare = comparison(sort, descending)
  const start = after === undefined ? undefined : placeOf(after)
  const last = new TinyQueue<Row>([], (one, other) => compare(other, one))
  let total = 0
  let more = false
  for (const execution of all) {
    if (!wanted(execution)) continue
    total += 1
    const row = { rank: ranks[sort](execution), device: execution.device, execution }
    if (start !== undefined && compare(row, start) <= 0) continue
    if (last.length === size) {
      more = true
      if (compare(row, last.peek()!) >= 0) continue
      last.pop()
    }
    last.push(row)
  }
  const rows = last.data.toSorted(compare)
  const end = rows.at(-1)
  return {
    items: rows.map(({ execution }) => view(execution)),
    total,
    ...(more && end !== undefined && { next: `${end.rank} ${end.device}` }),
  }
}

function comparison(sort: ExecutionSort, descending: boolean): (one: Place, other: Place) => number {
  const sign = descending ? -1 : 1
  const byName = sort === 'device' ? sign : 1
  return (one, other) => {
    if (one.rank !== other.rank) return sign * (one.rank - other.rank)
    if (one.device === other.device) return 0
    return byName * (nameOf(one.device) < nameOf(other.device) ? -1 : 1)
  }
}

function placeOf(after: string): Place {
  const [, rank, device] = /^(-?\d+(?:\.\d+)?) (.+)$/s.exec(after) ?? []
  if (rank === undefined || device === undefined) throw invalid('after', after, 'must be the `next` of an earlier page')
  return { rank: Number(rank), device }
}

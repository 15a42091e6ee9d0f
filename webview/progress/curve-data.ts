import type { JobDetail } from '../../src/shared/api.ts'
import { countOf, inOrder } from '../../src/shared/states.ts'

export type Point = JobDetail['history'][number]

/** From the bottom of the stack to its top: what has ended lies below what is still to come. */
const layers = ['SUCCEEDED', 'FAILED', 'REJECTED', 'TIMED_OUT', 'CANCELED', 'REMOVED', 'IN_PROGRESS', 'SENT', 'QUEUED']

/** Adds what is known now. Points before `most` are thinned evenly; a clock that went back forgets what lay after. */
export function extend(points: readonly Point[], point: Point, most = 600): Point[] {
  const kept = points.filter(({ at }) => at <= point.at)
  const [before, last] = [kept.at(-2), kept.at(-1)]
  // Where nothing changes, the ends of the level stretch are enough.
  const level =
    last !== undefined &&
    before !== undefined &&
    sameCounts(last.counts, point.counts) &&
    sameCounts(before.counts, last.counts)
  if (level || last?.at === point.at) kept.pop()
  kept.push(point)
  return kept.length > most ? thin(kept) : kept
}

/** Every second point; the first and the last stay. */
const thin = (points: readonly Point[]): Point[] =>
  points.filter((_, index) => index % 2 === 0 || index === points.length - 1)

/** What a stacked chart draws: seconds since `from`, and per state, bottom first, the sum of all up to it. */
export function stack(
  points: readonly Point[],
  from: number,
): { states: string[]; seconds: number[]; sums: number[][] } {
  const states = statesOf(points)
  const below = points.map(() => 0)
  const sums = states.map((state) => points.map(({ counts }, index) => (below[index]! += counts[state] ?? 0)))
  return { states, seconds: points.map(({ at }) => Math.max(0, at - from) / 1000), sums }
}

/** The states that ever occurred, bottom first. */
export function statesOf(points: readonly Point[]): string[] {
  const seen = inOrder(
    new Set(points.flatMap(({ counts }) => Object.keys(counts).filter((state) => counts[state]! > 0))),
  )
  return [...layers.filter((layer) => seen.includes(layer)), ...seen.filter((state) => !layers.includes(state))]
}

/** At most `most` points that tell the same story, in equal steps of time; the first and the last are among them. */
export function digest(points: readonly Point[], most = 12): Point[] {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined || points.length <= most) return [...points]
  const step = (last.at - first.at) / (most - 1)
  const chosen: Point[] = [first]
  for (const point of points) if (point.at >= chosen.at(-1)!.at + step) chosen.push(point)
  if (chosen.at(-1) !== last) chosen.push(last)
  return chosen
}

/** A state with none may be absent. */
export const sameCounts = (one: Point['counts'], other: Point['counts']): boolean =>
  countOf(one) === countOf(other) &&
  Object.keys({ ...one, ...other }).every((state) => (one[state] ?? 0) === (other[state] ?? 0))

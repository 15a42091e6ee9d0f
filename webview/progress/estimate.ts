import type { JobView } from '../../src/shared/api.ts'
import { countOf, isPending } from '../../src/shared/states.ts'
import type { Point } from './curve-data.ts'

const endedOf = (counts: Readonly<Record<string, number>>): number => countOf(counts, (status) => !isPending(status))

/** How many executions have ended, of how many the job is for as far as is known. */
export function shareOf({ counts, planned }: Pick<JobView, 'counts' | 'planned'>): { ended: number; all: number } {
  return { ended: endedOf(counts), all: Math.max(planned, countOf(counts)) }
}

/** So much of the past tells how fast things go. */
const lately = 0.3

/** Of how many devices that are through the others' pace can be told: the first one or two are only the fastest. */
const enough = (all: number): number => Math.min(10, all / 5)

/**
 * Milliseconds until the last device is through, if it goes on as it did lately. `undefined` where that cannot be told:
 * too few have ended, devices are not coming along, the job never completes or is not under way, or it would take
 * longer than a month.
 */
export function remaining(job: JobView, points: readonly Point[], now: number): number | undefined {
  const { ended, all } = shareOf(job)
  if (job.status !== 'IN_PROGRESS' || job.selection === 'CONTINUOUS' || ended < enough(all) || ended >= all)
    return undefined
  const since = now - (now - job.createdAt) * lately
  const before = points.findLast(({ at }) => at <= since) ?? points[0]
  if (before === undefined || before.at >= now) return undefined
  const speed = (ended - endedOf(before.counts)) / (now - before.at)
  const left = (all - ended) / speed
  return speed > 0 && left < 30 * 86_400_000 ? left : undefined
}

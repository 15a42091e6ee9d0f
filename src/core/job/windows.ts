import { Cron } from 'croner'
import type { Instant } from '../clock.ts'
import type { Job, Schedule } from './model.ts'

const next = (cron: string, after: Instant): Instant | undefined =>
  new Cron(cron, { timezone: 'UTC' }).nextRun(new Date(after))?.getTime()

/** Whether rollout is allowed at `now`; if not, when the next window opens (never: `undefined`). */
export function windowAt(schedule: Schedule | undefined, now: Instant): { open: boolean; opensAt?: Instant } {
  const windows = schedule?.windows ?? []
  if (windows.length === 0) return { open: true }
  let opensAt: Instant | undefined
  for (const { cron, durationMs } of windows) {
    // The run after (now − duration) is the latest start that could still be open.
    const start = next(cron, now - durationMs)
    if (start !== undefined && start <= now) return { open: true }
    if (start !== undefined) opensAt = Math.min(opensAt ?? start, start)
  }
  return opensAt === undefined ? { open: false } : { open: false, opensAt }
}

/** The first instant, not before `from`, at which rollout is allowed (never: `undefined`). */
export function nextOpen(schedule: Schedule | undefined, from: Instant): Instant | undefined {
  const { open, opensAt } = windowAt(schedule, from)
  return open ? from : opensAt
}

/**
 * Nothing new is queued once the schedule has ended, also if that was while the hub was down and is yet to be acted on.
 */
export const hasEnded = (
  { rolloutStopped, schedule }: Pick<Job, 'rolloutStopped' | 'schedule'>,
  now: Instant,
): boolean => rolloutStopped === true || (schedule?.endAt ?? Infinity) <= now

/** The next `count` window starts after `now`, soonest first. */
export function nextWindows(schedule: Schedule | undefined, now: Instant, count: number): Instant[] {
  const starts = (schedule?.windows ?? []).flatMap(({ cron }) =>
    new Cron(cron, { timezone: 'UTC' }).nextRuns(count, new Date(now)).map((date) => date.getTime()),
  )
  return [...new Set(starts)].sort((a, b) => a - b).slice(0, count)
}

/** Whether the expression can be read at all. */
export function isCron(cron: string): boolean {
  try {
    new Cron(cron, { timezone: 'UTC' })
    return true
  } catch {
    return false
  }
}

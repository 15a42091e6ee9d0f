import type { Instant } from '../clock.ts'
import type { Job, Rollout } from './model.ts'

const MINUTE = 60_000

/** How many executions may be queued now, in which rollout minute, and when to come back if that is not all. */
export interface Allowance {
  minute: { startedAt: Instant; count: number }
  allowed: number
  nextAt: Instant
}

/** Executions a minute after so many devices were notified and so many have succeeded; Infinity: no limit. */
export function rateOf(rollout: Rollout | undefined, notified: number, succeeded: number): number {
  const { perMinute = Infinity, exponential } = rollout ?? {}
  if (exponential === undefined) return perMinute
  const reached = exponential.every.of === 'NOTIFIED' ? notified : succeeded
  const steps = Math.floor(reached / exponential.every.count)
  return Math.max(1, Math.min(perMinute, Math.floor(exponential.base * exponential.factor ** steps)))
}

/**
 * Minutes are counted from the start of the rollout and each has a burst of up to the rate, so that no 60 seconds
 * see more than it. What a minute's burst itself does to an exponential rate has its effect from the next minute on.
 */
export function allowance(job: Job, notified: number, succeeded: number, now: Instant): Allowance {
  const began = job.minute
  const minute = began !== undefined && now < began.startedAt + MINUTE ? began : { startedAt: now, count: 0 }
  const rate = rateOf(job.rollout, notified, succeeded)
  return { minute, allowed: Math.max(0, rate - minute.count), nextAt: minute.startedAt + MINUTE }
}

import type { Instant } from '../clock.ts'
import type { Job, Rollout, RolloutMinute } from './model.ts'

const MINUTE = 60_000

/** How many executions may be queued now, and in which rollout minute. */
export interface Allowance {
  minute: RolloutMinute
  allowed: number
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
 * Each minute has bursts of up to the rate, and the next one begins 60 seconds after the last of them, so that no 60
 * seconds see more than it. What a minute's bursts themselves do to an exponential rate has its effect from the next
 * minute on.
 */
export function allowance(
  { rollout, minute: last }: Job,
  notified: number,
  succeeded: number,
  now: Instant,
): Allowance {
  const minute = last !== undefined && now < nextMinute(last) ? last : { lastAt: now, count: 0, notified, succeeded }
  return { minute, allowed: left(rollout, minute) }
}

const left = (rollout: Rollout | undefined, { notified, succeeded, count }: RolloutMinute): number =>
  Math.max(0, rateOf(rollout, notified, succeeded) - count)

/** When the minute after this one may begin. */
export const nextMinute = ({ lastAt }: RolloutMinute): Instant => lastAt + MINUTE

/**
 * When the rollout of a job that was read from the store goes on, its windows aside: in its next minute, or where it
 * was interrupted.
 */
export const goesOnAt = ({ rollout, minute, updatedAt }: Job): Instant =>
  minute !== undefined && left(rollout, minute) === 0 ? nextMinute(minute) : updatedAt

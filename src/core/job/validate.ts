import { invalid } from '../errors.ts'
import type { JobPlan, NewJob, Schedule } from './model.ts'
import { isCron } from './windows.ts'

/** Refuses with INVALID what no cloud could mean; the clouds' own, narrower bounds are their dialects' business. */
export function validateJob(job: NewJob): void {
  if (job.targets.length === 0) throw invalid('targets', job.targets, 'must name at least one target')
  validatePlan(job)
  if (job.schedule !== undefined) validateSchedule(job.schedule)
}

export function validatePlan({ rollout, abort, timeout, retry }: JobPlan): void {
  if (rollout?.perMinute !== undefined) atLeast('rollout.perMinute', rollout.perMinute, 1)
  if (rollout?.exponential !== undefined) {
    const { base, factor, every } = rollout.exponential
    atLeast('rollout.exponential.base', base, 1)
    if (!(factor > 1)) throw invalid('rollout.exponential.factor', factor, 'must be greater than 1')
    atLeast('rollout.exponential.every.count', every.count, 1)
  }
  for (const rule of abort ?? []) {
    if (!(rule.percent > 0 && rule.percent <= 100)) throw invalid('abort.percent', rule.percent, 'must be above 0 and at most 100')
    atLeast('abort.minimum', rule.minimum, 1)
  }
  if (timeout !== undefined) atLeast('timeout.inProgressMs', timeout.inProgressMs, 1)
  for (const rule of retry ?? []) atLeast('retry.times', rule.times, 0)
}

function validateSchedule({ startAt, endAt, windows }: Schedule): void {
  if (endAt !== undefined && startAt !== undefined && endAt <= startAt) throw invalid('schedule.endAt', endAt, 'must be after startAt')
  for (const window of windows ?? []) {
    if (!isCron(window.cron)) throw invalid('schedule.windows.cron', window.cron, 'is not a cron expression')
    atLeast('schedule.windows.durationMs', window.durationMs, 60_000)
  }
}

function atLeast(field: string, value: number, least: number): void {
  if (!(value >= least)) throw invalid(field, value, `must be at least ${least}`)
}

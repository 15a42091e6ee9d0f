import { invalid, type HubError } from '../errors.ts'
import type { JobConfig, NewJob, Schedule } from './model.ts'
import { isCron } from './windows.ts'
import { say } from '../said.ts'

/** Refuses with INVALID what no cloud could mean; the clouds' own, narrower bounds are their dialects' business. */
export function validateJob(job: NewJob): void {
  for (const fault of faultsOf(job)) throw fault
}

export function validateConfig(config: JobConfig): void {
  for (const fault of configFaults(config)) throw fault
}

/** Everything about a job that no cloud could mean, each as INVALID with field, value and rule. */
export function* faultsOf(job: NewJob): Generator<HubError> {
  if (job.targets.length === 0) yield invalid('targets', job.targets, 'must name at least one target')
  yield* configFaults(job)
  if (job.schedule !== undefined) yield* scheduleFaults(job.schedule)
}

function* configFaults({ rollout, abort = [], timeout, retry = [] }: JobConfig): Generator<HubError> {
  if (rollout?.perMinute !== undefined) yield* atLeast('rollout.perMinute', rollout.perMinute, 1)
  if (rollout?.exponential !== undefined) {
    const { base, factor, every } = rollout.exponential
    yield* atLeast('rollout.exponential.base', base, 1)
    if (!(factor > 1)) yield invalid('rollout.exponential.factor', factor, 'must be greater than 1')
    yield* atLeast('rollout.exponential.every.count', every.count, 1)
  }
  for (const [index, { percent, minimum }] of abort.entries()) {
    if (!(percent > 0 && percent <= 100))
      yield invalid(`abort[${index}].percent`, percent, 'must be above 0 and at most 100')
    yield* atLeast(`abort[${index}].minimum`, minimum, 1)
  }
  if (timeout !== undefined) yield* atLeast('timeout.inProgressMs', timeout.inProgressMs, 1)
  for (const [index, { times, afterMs = 0 }] of retry.entries()) {
    yield* atLeast(`retry[${index}].times`, times, 0)
    yield* atLeast(`retry[${index}].afterMs`, afterMs, 0)
  }
}

function* scheduleFaults({ startAt, endAt, windows = [] }: Schedule): Generator<HubError> {
  if (endAt !== undefined && startAt !== undefined && endAt <= startAt)
    yield invalid('schedule.endAt', endAt, 'must be after startAt')
  for (const [index, { cron, durationMs }] of windows.entries()) {
    if (!isCron(cron)) yield invalid(`schedule.windows[${index}].cron`, cron, 'is not a cron expression')
    yield* atLeast(`schedule.windows[${index}].durationMs`, durationMs, 60_000)
  }
}

function* atLeast(field: string, value: number, least: number): Generator<HubError> {
  if (!(value >= least)) yield invalid(field, value, say`must be at least ${least}`)
}

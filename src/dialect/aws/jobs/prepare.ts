import { HubError, invalid } from '../../../core/errors.ts'
import type { JobConfig, NewJob, Rollout, Schedule } from '../../../core/job/model.ts'
import type { JsonObject } from '../../../core/twin/model.ts'
import type { Context } from '../../dialect.ts'
import { writeAwsCron } from './cron.ts'
import type { JobExtra } from './extra.ts'
import { fieldOf, violations } from '../wire/constraints.ts'
import { Fields } from '../wire/fields.ts'
import { CREATE_JOB } from './model.ts'
import { checkDocument } from './device-document.ts'
import { defaultRollout, describePlan, MAX_PER_MINUTE, PlanError, readPlan } from './plan.ts'
import { formatScheduleTime, readSchedule } from './schedule.ts'
import { MAX_DOCUMENT } from './document-source.ts'
import { MAX_TARGETS } from './targets.ts'
import { asSaid, say } from '../../../core/said.ts'

const MINUTE = 60_000

/**
 * Holds a job that was not made through CreateJob to the bounds that has [aws 3.4], by writing it as AWS would and
 * reading that; what AWS would echo is kept with it.
 */
export function prepareJob(ctx: Context, job: NewJob): NewJob {
  const faults: HubError[] = []
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof HubError || error instanceof PlanError)) throw error
      faults.push(inOurNames(error))
      return undefined
    }
  }
  attempt(() => checkTargets(job))
  attempt(() => checkWork(ctx, job.document))
  attempt(() => checkRetry(job))
  const schedulingConfig = attempt(() => job.schedule && writeSchedule(job.schedule))
  const blocks = describePlan({ ...job, ...(job.rollout && { rollout: withMaximum(job.rollout) }) })
  const { description } = job
  const given: JsonObject = {
    ...blocks,
    ...(description !== undefined && { description }),
    ...(schedulingConfig && { schedulingConfig }),
  }
  const sound = Object.entries(given).filter(([member, value]) => {
    const broken = violations(CREATE_JOB, { jobId: 'job', targets: ['arn'], [member]: value })
    faults.push(...broken.map((each) => inOurNames(invalid(fieldOf(each), each.value, say`must ${each.rule}`))))
    return broken.length === 0
  })
  const plan = sound.map(([member, value]) => attempt(() => readPlan(new Fields({ [member]: value }))))
  const scheduling = new Fields(Object.fromEntries(sound)).fields('schedulingConfig')
  const schedule = attempt(() => scheduling && readSchedule(ctx, scheduling, job.selection))
  const [first, ...also] = faults
  if (first !== undefined) throw new HubError(first.code, first.words, { ...first.data, also })
  const extra: JobExtra = { ...job.extra, ...(schedule !== undefined && { schedulingConfig: schedule.config }) }
  return {
    ...job,
    rollout: defaultRollout(ctx.settings),
    ...(Object.assign({}, ...plan) as JobConfig),
    ...(schedule !== undefined && { schedule: schedule.schedule }),
    extra: { ...extra },
  }
}

/** AWS wants a ceiling for a rate that grows. */
const withMaximum = (rollout: Rollout): Rollout =>
  rollout.exponential === undefined ? rollout : { perMinute: MAX_PER_MINUTE, ...rollout }

function checkTargets({ targets }: NewJob): void {
  // DEVIATION: AWS aims jobs at queries through dynamic thing groups only; here a query may be a target itself.
  if (targets.length > MAX_TARGETS) throw invalid('targets', targets.length, say`given; ${MAX_TARGETS} are allowed`)
}

/** [aws 3.8] Retries have a number, and no wait. */
function checkRetry({ retry = [] }: NewJob): void {
  const waits = retry.findIndex(({ afterMs = 0 }) => afterMs > 0)
  if (waits >= 0)
    throw invalid(`retry[${waits}].afterMs`, retry[waits]!.afterMs, 'cannot be waited for: AWS retries at once')
}

function checkWork(ctx: Context, document: string): void {
  if (document.length > MAX_DOCUMENT)
    throw invalid('document', document.length, say`characters; ${MAX_DOCUMENT} are allowed`)
  // DEVIATION: people who make a job here are not asked for a role.
  checkDocument(ctx, document, undefined, {})
}

function writeSchedule({ startAt, endAt, endBehavior, windows }: Schedule): JsonObject {
  for (const [field, at] of Object.entries({ startAt, endAt })) {
    if (at !== undefined && at % MINUTE !== 0) {
      throw invalid(`schedule.${field}`, new Date(at).toISOString(), 'must be a full minute')
    }
  }
  const maintenanceWindows = windows?.map(({ cron, durationMs }) => ({
    startTime: writeAwsCron(cron) ?? cron,
    durationInMinutes: durationMs / MINUTE,
  }))
  return {
    ...(startAt !== undefined && { startTime: formatScheduleTime(startAt) }),
    ...(endAt !== undefined && { endTime: formatScheduleTime(endAt) }),
    ...(endBehavior !== undefined && { endBehavior }),
    ...(maintenanceWindows !== undefined && { maintenanceWindows }),
  }
}

/** Members of AWS's requests and those of `NewJob`. */
const NAMES: [RegExp, string][] = [
  [/^jobExecutionsRolloutConfig\.maximumPerMinute/, 'rollout.perMinute'],
  [/^jobExecutionsRolloutConfig\.exponentialRate\.baseRatePerMinute/, 'rollout.exponential.base'],
  [/^jobExecutionsRolloutConfig\.exponentialRate\.incrementFactor/, 'rollout.exponential.factor'],
  [/^jobExecutionsRolloutConfig\.exponentialRate\.rateIncreaseCriteria\b.*/, 'rollout.exponential.every.count'],
  [/^abortConfig\.criteriaList/, 'abort'],
  [/^timeoutConfig\.inProgressTimeoutInMinutes/, 'timeout.inProgressMs'],
  [/^jobExecutionsRetryConfig\.criteriaList/, 'retry'],
  [/^schedulingConfig\.startTime/, 'schedule.startAt'],
  [/^schedulingConfig\.endTime/, 'schedule.endAt'],
  [/^schedulingConfig\.endBehavior/, 'schedule.endBehavior'],
  [/^schedulingConfig\.maintenanceWindows(\[\d+\])\.startTime/, 'schedule.windows$1.cron'],
  [/^schedulingConfig\.maintenanceWindows(\[\d+\])\.durationInMinutes/, 'schedule.windows$1.durationMs'],
  [/^schedulingConfig\.maintenanceWindows/, 'schedule.windows'],
  [/thresholdPercentage$/, 'percent'],
  [/minNumberOfExecutedThings$/, 'minimum'],
  [/failureType$/, 'on'],
  [/numberOfRetries$/, 'times'],
]

function inOurNames(error: HubError | PlanError): HubError {
  const rename = (field: string): string => NAMES.reduce((name, [theirs, ours]) => name.replace(theirs, ours), field)
  if (error instanceof PlanError) {
    const field = rename(error.field)
    return new HubError('INVALID', say`${field}: ${asSaid(error.rule)}`, { field, rule: error.rule })
  }
  const { field, value, rule } = error.data
  return field === undefined || rule === undefined ? error : invalid(rename(field), value, rule)
}

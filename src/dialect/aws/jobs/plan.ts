import type { AbortRule, JobConfig, RetryRule, Rollout } from '../../../core/job/model.ts'
import type { Settings } from '../../dialect.ts'
import { AwsError } from '../wire/errors.ts'
import type { Fields } from '../wire/fields.ts'
import { say, textOf, type Words } from '../../../core/said.ts'

const MINUTE = 60_000
/** [aws 3.4] Default and ceiling of `maximumPerMinute`. */
export const MAX_PER_MINUTE = 1000
/** [aws 2.9] A week. */
const MAX_TIMEOUT_MINUTES = 10_080

/**
 * A setting that breaks a rule beyond those of the service model, in AWS's words; `field` and `rule` are for people.
 */
export class PlanError extends AwsError {
  constructor(
    readonly field: string,
    message: Words,
    readonly rule: Words = message,
  ) {
    super('InvalidRequestException', textOf(message))
  }
}

/**
 * The configuration blocks of a job or template that the engine understands [aws 3.4], held to the service model
 * already. INVALID or a PlanError, for the first that breaks a rule: time limit, abort, rollout, retries.
 */
export function readPlan(fields: Fields): JobConfig {
  const timeout = readTimeout(fields.fields('timeoutConfig'))
  const abort = fields.fields('abortConfig')
  const aborts = abort && readAbort(abort)
  const rollout = readRollout(fields.fields('jobExecutionsRolloutConfig'))
  const retry = fields.fields('jobExecutionsRetryConfig')
  return {
    ...(rollout !== undefined && { rollout }),
    ...(aborts !== undefined && { abort: aborts }),
    ...(timeout !== undefined && { timeout: { inProgressMs: timeout * MINUTE } }),
    ...(retry !== undefined && { retry: readRetry(retry) }),
  }
}

/** [aws 3.12] A service model without bounds, and one message for all that is wrong. */
function readTimeout(config: Fields | undefined): number | undefined {
  if (config === undefined) return undefined
  const minutes = config.integer('inProgressTimeoutInMinutes', -Infinity, Infinity)
  if (minutes !== undefined && minutes >= 1 && minutes <= MAX_TIMEOUT_MINUTES) return minutes
  const message = say`Provide valid timeout value, inProgressTimeoutInMinutes cannot be ${minutes ?? 'null'}.`
  const rule = say`must be between 1 and ${MAX_TIMEOUT_MINUTES}`
  throw new PlanError(config.name('inProgressTimeoutInMinutes'), message, rule)
}

/** The same blocks as AWS shows them, where there is something in them. */
export interface PlanBlocks {
  jobExecutionsRolloutConfig?: object
  abortConfig?: object
  timeoutConfig?: object
  jobExecutionsRetryConfig?: object
}

export const describePlan = ({ rollout, abort, timeout, retry }: JobConfig): PlanBlocks => ({
  ...(rollout !== undefined &&
    Object.keys(rollout).length > 0 && { jobExecutionsRolloutConfig: describeRollout(rollout) }),
  ...(abort !== undefined && abort.length > 0 && { abortConfig: { criteriaList: abort.map(describeAbort) } }),
  ...(timeout !== undefined && { timeoutConfig: { inProgressTimeoutInMinutes: timeout.inProgressMs / MINUTE } }),
  ...(retry !== undefined &&
    retry.length > 0 && { jobExecutionsRetryConfig: { criteriaList: retry.map(describeRetry) } }),
})

/**
 * DEVIATION: AWS rolls out to at most 1000 things a minute where nothing is said; open mode then rolls out at once,
 * since nobody wants to wait ten minutes for a local fleet.
 */
export const defaultRollout = ({ mode }: Settings): Rollout => (mode === 'strict' ? { perMinute: MAX_PER_MINUTE } : {})

/** [aws 3.12] The rules come in this order, after those of the service model. */
function readRollout(config: Fields | undefined): Rollout | undefined {
  if (config === undefined) return undefined
  const perMinute = config.integer('maximumPerMinute', -Infinity, Infinity)
  const rate = config.fields('exponentialRate')
  if (perMinute === undefined) {
    const exponential = rate !== undefined
    throw new PlanError(
      config.name('maximumPerMinute'),
      exponential
        ? 'Provide MaximumPerMinute value when ExponentialRate is defined'
        : 'Provide MaximumPerMinute value or provide ExponentialRate and MaximumPerMinute',
    )
  }
  if (rate === undefined) return { perMinute }
  const criteria = rate.required('rateIncreaseCriteria', rate.fields('rateIncreaseCriteria'))
  const notified = criteria.integer('numberOfNotifiedThings', -Infinity, Infinity)
  const succeeded = criteria.integer('numberOfSucceededThings', -Infinity, Infinity)
  const count = notified ?? succeeded
  if (count === undefined || (notified !== undefined && succeeded !== undefined)) {
    const message =
      count === undefined
        ? 'Provide either NumberOfNotifiedThings or NumberOfSucceededThings when RateIncreaseCriteria is defined'
        : 'Provide only one of NumberOfNotifiedThings or NumberOfSucceededThings when RateIncreaseCriteria is defined'
    throw new PlanError(rate.name('rateIncreaseCriteria'), message)
  }
  const base = rate.required('baseRatePerMinute', rate.integer('baseRatePerMinute', -Infinity, Infinity))
  if (base > perMinute) {
    const message = 'Exponential rollout baseRatePerMinute should be less than maximumPerMinute.'
    throw new PlanError(rate.name('baseRatePerMinute'), message, 'must be at most the maximum')
  }
  const factor = rate.required('incrementFactor', rate.number('incrementFactor', -Infinity, Infinity))
  if (Number(factor.toFixed(1)) !== factor) throw rate.refuse('incrementFactor', 'must have one decimal at most')
  const of = notified === undefined ? 'SUCCEEDED' : 'NOTIFIED'
  return { perMinute, exponential: { base, factor, every: { of, count } } }
}

const describeRollout = ({ perMinute, exponential }: Rollout): object => ({
  ...(perMinute !== undefined && { maximumPerMinute: perMinute }),
  ...(exponential !== undefined && {
    exponentialRate: {
      baseRatePerMinute: exponential.base,
      incrementFactor: exponential.factor,
      rateIncreaseCriteria: {
        [exponential.every.of === 'NOTIFIED' ? 'numberOfNotifiedThings' : 'numberOfSucceededThings']:
          exponential.every.count,
      },
    },
  }),
})

/** [aws 3.12] Criterion by criterion: kind, then threshold. */
function readAbort(config: Fields): AbortRule[] {
  const seen = new Set<string>()
  return config.required('criteriaList', config.each('criteriaList', 0, Infinity)).map((criteria): AbortRule => {
    const on = criteria.required(
      'failureType',
      criteria.oneOf('failureType', ['FAILED', 'REJECTED', 'TIMED_OUT', 'ALL']),
    )
    if (seen.has(on)) {
      const message = 'Multiple AbortCriteria cannot have the same failure type'
      throw new PlanError(criteria.name('failureType'), message, 'must be another kind than those before')
    }
    seen.add(on)
    const percent = criteria.required(
      'thresholdPercentage',
      criteria.number('thresholdPercentage', -Infinity, Infinity),
    )
    const field = criteria.name('thresholdPercentage')
    if (percent <= 0) {
      const value = Number.isInteger(percent) ? `${percent}.0` : String(percent)
      const message = say`ThresholdPercentage value ${value} for AbortCriteria must have value greater than 0`
      throw new PlanError(field, message, 'must be greater than 0')
    }
    if (Number(percent.toFixed(2)) !== percent) {
      const message = 'Abort thresholdPercentage must have two or less decimal digits'
      throw new PlanError(field, message, 'must have two decimals at most')
    }
    const name = 'minNumberOfExecutedThings'
    const minimum = criteria.required(name, criteria.integer(name, -Infinity, Infinity))
    return { on: on === 'ALL' ? 'ANY' : on, percent, minimum }
  })
}

const describeAbort = ({ on, percent, minimum }: AbortRule): object => ({
  failureType: on === 'ANY' ? 'ALL' : on,
  action: 'CANCEL',
  thresholdPercentage: percent,
  minNumberOfExecutedThings: minimum,
})

function readRetry(config: Fields): RetryRule[] {
  const rules = config.required('criteriaList', config.each('criteriaList', 0, Infinity)).map((criteria): RetryRule => {
    const on = criteria.required('failureType', criteria.oneOf('failureType', ['FAILED', 'TIMED_OUT', 'ALL'] as const))
    const times = criteria.required('numberOfRetries', criteria.integer('numberOfRetries', -Infinity, Infinity))
    return { on: on === 'ALL' ? 'ANY' : on, times }
  })
  const types = new Set(rules.map(({ on }) => on))
  if (types.has('ANY') && rules.length > 1) {
    const message = 'A retryCriteria with failure type ALL must be used by itself.'
    throw new PlanError(config.name('criteriaList'), message, 'must not combine all failures with another kind')
  }
  if (types.size < rules.length) throw config.refuse('criteriaList', 'must name each failureType once')
  if (rules.reduce((sum, { times }) => sum + times, 0) > 10) {
    throw config.refuse('criteriaList', 'must sum up to at most 10 retries')
  }
  return rules
}

const describeRetry = ({ on, times }: RetryRule): object => ({
  failureType: on === 'ANY' ? 'ALL' : on,
  numberOfRetries: times,
})

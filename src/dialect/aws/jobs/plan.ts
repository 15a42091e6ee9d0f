import type { AbortRule, JobPlan, RetryRule, Rollout } from '../../../core/job/model.ts'
import type { Settings } from '../../dialect.ts'
import type { Fields } from '../rest/fields.ts'

const MINUTE = 60_000
/** [aws 3.4] Default and ceiling of `maximumPerMinute`. */
const MAX_PER_MINUTE = 1000

/** The configuration blocks of a job or template that the engine understands [aws 3.4]; INVALID if one breaks a bound. */
export function readPlan(fields: Fields, settings: Settings): JobPlan {
  const rollout = readRollout(fields.fields('jobExecutionsRolloutConfig'), settings)
  const abort = fields.fields('abortConfig')
  const timeout = fields.fields('timeoutConfig')?.integer('inProgressTimeoutInMinutes', 1, 10_080)
  const retry = fields.fields('jobExecutionsRetryConfig')
  return {
    ...(rollout !== undefined && { rollout }),
    ...(abort !== undefined && { abort: readAbort(abort) }),
    ...(timeout !== undefined && { timeout: { inProgressMs: timeout * MINUTE } }),
    ...(retry !== undefined && { retry: readRetry(retry) }),
  }
}

/** The same blocks as AWS shows them. */
export const describePlan = ({ rollout, abort, timeout, retry }: JobPlan): object => ({
  ...(rollout !== undefined && Object.keys(rollout).length > 0 && { jobExecutionsRolloutConfig: describeRollout(rollout) }),
  ...(abort !== undefined && abort.length > 0 && { abortConfig: { criteriaList: abort.map(describeAbort) } }),
  ...(timeout !== undefined && { timeoutConfig: { inProgressTimeoutInMinutes: timeout.inProgressMs / MINUTE } }),
  ...(retry !== undefined && retry.length > 0 && { jobExecutionsRetryConfig: { criteriaList: retry.map(describeRetry) } }),
})

/**
 * DEVIATION: AWS rolls out to at most 1000 things a minute where nothing is said; open mode then rolls out at once,
 * since nobody wants to wait ten minutes for a local fleet.
 */
export const defaultRollout = ({ mode }: Settings): Rollout => (mode === 'strict' ? { perMinute: MAX_PER_MINUTE } : {})

function readRollout(config: Fields | undefined, settings: Settings): Rollout | undefined {
  if (config === undefined) return undefined
  const perMinute = config.integer('maximumPerMinute', 1, MAX_PER_MINUTE)
  const rate = config.fields('exponentialRate')
  if (rate === undefined) return perMinute === undefined ? defaultRollout(settings) : { perMinute }
  const base = rate.required('baseRatePerMinute', rate.integer('baseRatePerMinute', 1, MAX_PER_MINUTE))
  const factor = rate.required('incrementFactor', rate.number('incrementFactor', 1.1, 5))
  if (Number(factor.toFixed(1)) !== factor) throw rate.refuse('incrementFactor', 'must have one decimal at most')
  const criteria = rate.required('rateIncreaseCriteria', rate.fields('rateIncreaseCriteria'))
  const notified = criteria.integer('numberOfNotifiedThings', 1, Infinity)
  const succeeded = criteria.integer('numberOfSucceededThings', 1, Infinity)
  const count = notified ?? succeeded
  if (count === undefined || (notified !== undefined && succeeded !== undefined)) {
    throw rate.refuse('rateIncreaseCriteria', 'must have either numberOfNotifiedThings or numberOfSucceededThings')
  }
  return { perMinute: perMinute ?? MAX_PER_MINUTE, exponential: { base, factor, every: { of: notified === undefined ? 'SUCCEEDED' : 'NOTIFIED', count } } }
}

const describeRollout = ({ perMinute, exponential }: Rollout): object => ({
  ...(perMinute !== undefined && { maximumPerMinute: perMinute }),
  ...(exponential !== undefined && {
    exponentialRate: {
      baseRatePerMinute: exponential.base,
      incrementFactor: exponential.factor,
      rateIncreaseCriteria: { [exponential.every.of === 'NOTIFIED' ? 'numberOfNotifiedThings' : 'numberOfSucceededThings']: exponential.every.count },
    },
  }),
})

const readAbort = (config: Fields): AbortRule[] =>
  config.required('criteriaList', config.each('criteriaList', 1, 100)).map((criteria): AbortRule => {
    const on = criteria.required('failureType', criteria.oneOf('failureType', ['FAILED', 'REJECTED', 'TIMED_OUT', 'ALL']))
    criteria.required('action', criteria.oneOf('action', ['CANCEL']))
    const percent = criteria.required('thresholdPercentage', criteria.number('thresholdPercentage', 0, 100))
    if (percent === 0) throw criteria.refuse('thresholdPercentage', 'must be above 0')
    if (Number(percent.toFixed(2)) !== percent) throw criteria.refuse('thresholdPercentage', 'must have two decimals at most')
    const minimum = criteria.required('minNumberOfExecutedThings', criteria.integer('minNumberOfExecutedThings', 1, Infinity))
    return { on: on === 'ALL' ? 'ANY' : on, percent, minimum }
  })

const describeAbort = ({ on, percent, minimum }: AbortRule): object => ({
  failureType: on === 'ANY' ? 'ALL' : on,
  action: 'CANCEL',
  thresholdPercentage: percent,
  minNumberOfExecutedThings: minimum,
})

function readRetry(config: Fields): RetryRule[] {
  const rules = config.required('criteriaList', config.each('criteriaList', 1, 2)).map((criteria): RetryRule => {
    const on = criteria.required('failureType', criteria.oneOf('failureType', ['FAILED', 'TIMED_OUT', 'ALL'] as const))
    return { on: on === 'ALL' ? 'ANY' : on, times: criteria.required('numberOfRetries', criteria.integer('numberOfRetries', 0, 10)) }
  })
  const types = new Set(rules.map(({ on }) => on))
  if (types.size < rules.length) throw config.refuse('criteriaList', 'must name each failureType once')
  if (types.has('ANY') && rules.length > 1) throw config.refuse('criteriaList', 'must not combine failureType ALL with another')
  if (rules.reduce((sum, { times }) => sum + times, 0) > 10) throw config.refuse('criteriaList', 'must sum up to at most 10 retries')
  return rules
}

const describeRetry = ({ on, times }: RetryRule): object => ({ failureType: on === 'ANY' ? 'ALL' : on, numberOfRetries: times })

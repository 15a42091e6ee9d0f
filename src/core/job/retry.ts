import type { Execution, RetryRule } from './model.ts'

/** The first rule that has this failure retried; `undefined` if it is not to be. */
export function retryRuleFor(ended: Execution, rules: readonly RetryRule[]): RetryRule | undefined {
  const next = retriedAfter(ended)
  if (next === undefined) return undefined
  return rules.find((rule) => {
    if (rule.on === 'ANY') return next.FAILED + next.TIMED_OUT <= rule.times
    return rule.on === ended.status && next[rule.on] <= rule.times
  })
}

/** What an attempt after this failure carries as its history. */
export function retriedAfter({ status, retried }: Execution): Execution['retried'] {
  if (status !== 'FAILED' && status !== 'TIMED_OUT') return undefined
  const until = retried ?? { FAILED: 0, TIMED_OUT: 0 }
  return { ...until, [status]: until[status] + 1 }
}

/** How many retries led to this execution. */
export const retries = (execution: Execution): number =>
  execution.retried ? execution.retried.FAILED + execution.retried.TIMED_OUT : 0

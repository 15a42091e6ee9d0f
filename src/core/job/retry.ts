import type { Execution, RetryRule } from './model.ts'

/** What the next attempt would carry as its history; `undefined` if this failure is not to be retried. */
export function retryAfter(ended: Execution, rules: readonly RetryRule[]): NonNullable<Execution['retried']> | undefined {
  if (ended.status !== 'FAILED' && ended.status !== 'TIMED_OUT') return undefined
  const retried = ended.retried ?? { FAILED: 0, TIMED_OUT: 0 }
  const next = { ...retried, [ended.status]: retried[ended.status] + 1 }
  const allowed = rules.some((rule) => {
    if (rule.on === 'ANY') return next.FAILED + next.TIMED_OUT <= rule.times
    return rule.on === ended.status && next[rule.on] <= rule.times
  })
  return allowed ? next : undefined
}

/** How many retries led to this execution. */
export const retries = (execution: Execution): number => (execution.retried ? execution.retried.FAILED + execution.retried.TIMED_OUT : 0)

import type { AbortRule, Counts } from './model.ts'
import { executionStates, isPending } from './states.ts'

/** The first rule that the outcome so far breaks: of enough ended executions, too many ended badly. */
export function brokenRule(rules: readonly AbortRule[], counts: Counts): AbortRule | undefined {
  const ended = executionStates.reduce((sum, status) => (isPending(status) ? sum : sum + counts[status]), 0)
  return rules.find((rule) => ended >= rule.minimum && (100 * failures(rule, counts)) / ended >= rule.percent)
}

const failures = (rule: AbortRule, counts: Counts): number =>
  rule.on === 'ANY' ? counts.FAILED + counts.REJECTED + counts.TIMED_OUT : counts[rule.on]

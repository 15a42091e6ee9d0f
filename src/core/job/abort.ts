import type { AbortRule, Breach, Counts } from './model.ts'
import { executionStates, isPending } from './states.ts'

/** The first rule that the outcome so far breaks: of enough ended executions, too many ended badly. */
export function breachOf(rules: readonly AbortRule[], counts: Counts): Breach | undefined {
  const ended = executionStates.reduce((sum, status) => (isPending(status) ? sum : sum + counts[status]), 0)
  const broken = rules.find((rule) => ended >= rule.minimum && (100 * failures(rule, counts)) / ended >= rule.percent)
  return broken && { on: broken.on, percent: broken.percent, ended, failed: failures(broken, counts) }
}

const failures = (rule: AbortRule, counts: Counts): number =>
  rule.on === 'ANY' ? counts.FAILED + counts.REJECTED + counts.TIMED_OUT : counts[rule.on]

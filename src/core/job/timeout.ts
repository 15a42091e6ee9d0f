import type { Instant } from '../clock.ts'
import type { Execution } from './model.ts'

/** The timers of an execution that is in progress; a step timer never outlasts the in-progress timer. */
export type Timers = Pick<Execution, 'timeoutAt' | 'stepTimeoutAt'>

/** Starts the in-progress timer, which nothing resets afterwards. */
export const startTimer = (now: Instant, inProgressMs: number | undefined): Timers =>
  inProgressMs === undefined ? {} : { timeoutAt: now + inProgressMs }

/** Omitted: the step timer stays; a number: a new one replaces it; null: there is none any more. */
export function stepTimer(now: Instant, timers: Timers, stepTimeoutMs: number | null | undefined): Timers {
  if (stepTimeoutMs === undefined) return timers
  const { stepTimeoutAt: _, ...rest } = timers
  return stepTimeoutMs === null ? rest : { ...rest, stepTimeoutAt: now + stepTimeoutMs }
}

/** When the execution times out, if nothing is heard of it. */
export function timesOutAt(execution: Timers): Instant | undefined {
  const { timeoutAt, stepTimeoutAt } = execution
  if (timeoutAt === undefined || stepTimeoutAt === undefined) return timeoutAt ?? stepTimeoutAt
  return Math.min(timeoutAt, stepTimeoutAt)
}

import type { ReportedStatus } from '../core/job/model.ts'
import type { Random } from './random.ts'

/** Shortest and longest, in milliseconds; everything in between is equally likely. */
export type Range = readonly [shortest: number, longest: number]

/** How a simulated device treats the work it is given. What is left of the odds succeeds. */
export interface Behavior {
  /** Odds from 0 to 1 that a piece of work fails, is rejected, or hangs for ever; together at most 1. */
  odds: { fail: number; reject: number; hang: number }
  /** Progress reports between taking the work and ending it; 0 or more. */
  steps: number
  /** From the offer to the first report. */
  startMs: Range
  /** From one report to the next. */
  stepMs: Range
}

/** One report to come, counted from the one before it. */
export interface PlannedReport {
  afterMs: number
  status: ReportedStatus
  /** 0–100. */
  progress: number
}

/** Work that is done in a few seconds and always succeeds. */
export const reliable: Behavior = {
  odds: { fail: 0, reject: 0, hang: 0 },
  steps: 5,
  startMs: [50, 400],
  stepMs: [200, 800],
}

/** Throws a RangeError that names field, value and rule for a behavior nobody can have. */
export function checkBehavior({ odds, steps, startMs, stepMs }: Behavior): void {
  for (const [name, value] of Object.entries(odds)) {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`odds.${name}: ${value} must be from 0 to 1`)
  }
  const sum = odds.fail + odds.reject + odds.hang
  if (sum > 1 + Number.EPSILON) throw new RangeError(`odds: fail, reject and hang add up to ${sum}, must be at most 1`)
  if (!Number.isInteger(steps) || steps < 0) throw new RangeError(`steps: ${steps} must be a whole number, at least 0`)
  for (const [name, [shortest, longest]] of Object.entries({ startMs, stepMs })) {
    if (!(shortest >= 0 && longest >= shortest))
      throw new RangeError(`${name}: ${shortest} to ${longest} must not be negative or run backwards`)
  }
}

/**
 * All that a device will report of one piece of work. The last report ends it, unless it hangs: then the last one
 * says IN_PROGRESS and nothing follows.
 */
export function planWork({ odds, steps, startMs, stepMs }: Behavior, random: Random): PlannedReport[] {
  const outcome = drawOutcome(odds, random())
  const start = within(startMs, random)
  if (outcome === 'reject') return [{ afterMs: start, status: 'REJECTED', progress: 0 }]
  const reached = outcome === 'succeed' ? steps : Math.floor(random() * (steps + 1))
  const reports: PlannedReport[] = [{ afterMs: start, status: 'IN_PROGRESS', progress: 0 }]
  for (let step = 1; step <= reached; step += 1) {
    reports.push({
      afterMs: within(stepMs, random),
      status: 'IN_PROGRESS',
      progress: Math.round((step * 100) / (steps + 1)),
    })
  }
  if (outcome === 'succeed') reports.push({ afterMs: within(stepMs, random), status: 'SUCCEEDED', progress: 100 })
  if (outcome === 'fail')
    reports.push({ afterMs: within(stepMs, random), status: 'FAILED', progress: reports.at(-1)!.progress })
  return reports
}

function drawOutcome({ fail, reject, hang }: Behavior['odds'], drawn: number): 'succeed' | 'fail' | 'reject' | 'hang' {
  if (drawn < fail) return 'fail'
  if (drawn < fail + reject) return 'reject'
  return drawn < fail + reject + hang ? 'hang' : 'succeed'
}

const within = ([shortest, longest]: Range, random: Random): number =>
  Math.round(shortest + random() * (longest - shortest))

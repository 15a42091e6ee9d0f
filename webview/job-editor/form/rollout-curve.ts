import type { JobDraft } from '../../../src/shared/job-draft.ts'

/**
 * How many devices have been told by then, minute by minute; `complete`: all of them, within the week that is looked
 * at.
 */
export interface RolloutCurve {
  minutes: number[]
  devices: number[]
  complete: boolean
}

const WEEK = 7 * 24 * 60
const POINTS = 400

/**
 * The fastest course a rollout can take: no pause, and every device succeeds within the minute in which it was told.
 * The rule is the engine's: each minute has a burst of up to the rate, which grows with what earlier minutes have
 * reached.
 */
export function rolloutCurve(rollout: JobDraft['rollout'], total: number): RolloutCurve {
  const told: number[] = []
  for (let sum = 0; sum < total && told.length <= WEEK;)
    told.push((sum = Math.min(total, sum + rateAfter(rollout, sum))))
  const step = Math.ceil(told.length / POINTS)
  const minutes = told.map((_, minute) => minute).filter((minute) => minute % step === 0 || minute === told.length - 1)
  return {
    minutes,
    devices: minutes.map((minute) => told[minute] ?? total),
    complete: told.at(-1) === total || total === 0,
  }
}

/** Devices a minute once `reached` have been told and have succeeded. */
export function rateAfter(rollout: JobDraft['rollout'], reached: number): number {
  const { perMinute = Infinity, exponential } = rollout ?? {}
  if (exponential === undefined) return perMinute
  const { base, factor, every } = exponential
  return Math.max(1, Math.min(perMinute, Math.floor(base * factor ** Math.floor(reached / every.count))))
}

import { Deadlines } from '../deadlines.ts'
import type { DeviceKey, JobKey } from '../ids.ts'

/**
 * What falls due for a job, or for an execution of it. None of it is stored: it is worked out from the records at
 * start.
 */
export type JobDeadline =
  /** `start` and `end` of the schedule; `rollout`, `rerun` and `sweep`: the next slice of what goes on. */
  | { kind: 'start' | 'rollout' | 'rerun' | 'sweep' | 'end'; job: JobKey }
  /** The time of an attempt is up. */
  | { kind: 'timeout'; job: JobKey; device: DeviceKey; number: number }
  /** A device that failed has waited long enough to try again. */
  | { kind: 'retry'; job: JobKey; device: DeviceKey }

export type JobDeadlines = Deadlines<JobDeadline>

/** Names hold no blank. */
function idOf(due: JobDeadline): string {
  switch (due.kind) {
    case 'timeout':
      return `timeout ${due.job} ${due.device} ${due.number}`
    case 'retry':
      return `retry ${due.job} ${due.device}`
    default:
      return `${due.kind} ${due.job}`
  }
}

export const createJobDeadlines = (): JobDeadlines => new Deadlines(idOf)

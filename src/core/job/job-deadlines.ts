import { Deadlines } from '../deadlines.ts'
import type { DeviceKey, JobKey } from '../ids.ts'

/** What falls due for a job, or for an execution of it. None of it is stored: it is worked out from the records at start. */
export type JobDeadline =
  /** `start` and `end` of the schedule; `rollout`, `rerun` and `sweep`: the next slice of what goes on. */
  | { kind: 'start' | 'rollout' | 'rerun' | 'sweep' | 'end'; job: JobKey }
  /** The time of an attempt is up. */
  | { kind: 'timeout'; job: JobKey; device: DeviceKey; number: number }

export type JobDeadlines = Deadlines<JobDeadline>

/** Names hold no blank. */
const idOf = (due: JobDeadline): string =>
  due.kind === 'timeout' ? `timeout ${due.job} ${due.device} ${due.number}` : `${due.kind} ${due.job}`

export const createJobDeadlines = (): JobDeadlines => new Deadlines(idOf)

import type { Executions } from '../../core/job/executions.ts'
import type { Execution, ExecutionStatus, Job } from '../../core/job/model.ts'
import { isPending, noCounts } from '../../core/job/states.ts'
import type { JobDetail } from '../../shared/api.ts'

const POINTS = 300

/**
 * How many devices were in which state over the time of a job. Worked out from what the executions remember of
 * themselves, so that it costs nothing while they change and is the same after a restart; SENT counts as QUEUED
 * once it is over. Points lie in equal steps; where nothing changes there are none.
 */
export function historyOf(job: Job, executions: Executions, now: number): JobDetail['history'] {
  const all = [...executions.ofJob(job.key).values()]
  const end = all.reduce((last, { updatedAt }) => Math.max(last, updatedAt), job.completedAt ?? now)
  const span = Math.max(0, end - job.createdAt)
  const steps = Math.min(POINTS - 1, span)
  const slot = (at: number): number => (span === 0 ? 0 : Math.ceil((Math.max(0, at - job.createdAt) / span) * steps))
  const changes: (Partial<Record<ExecutionStatus, number>> | undefined)[] = new Array(steps + 1).fill(undefined)
  const add = (at: number, status: ExecutionStatus, by: 1 | -1): void => {
    const change = (changes[slot(at)] ??= {})
    change[status] = (change[status] ?? 0) + by
  }
  for (const latest of all) {
    const attempts = latest.number === 1 ? [latest] : executions.attempts(job.key, latest.device)
    attempts.forEach((attempt, index) => addAttempt(add, attempt, attempts[index + 1]))
  }
  return pointsOf(changes, (index) => (index === steps ? end : job.createdAt + Math.floor((index / steps) * span)))
}

/** What one attempt went through, until the next one took its place. */
function addAttempt(
  add: (at: number, status: ExecutionStatus, by: 1 | -1) => void,
  attempt: Execution,
  next: Execution | undefined,
): void {
  const { queuedAt, startedAt, updatedAt, status } = attempt
  let current: ExecutionStatus = 'QUEUED'
  const become = (at: number, state: ExecutionStatus): void => {
    add(at, current, -1)
    add(at, state, 1)
    current = state
  }
  add(queuedAt, 'QUEUED', 1)
  if (startedAt !== undefined) become(startedAt, 'IN_PROGRESS')
  if (status === 'SENT' || !isPending(status)) become(updatedAt, status)
  if (next !== undefined) add(next.queuedAt, current, -1)
}

function pointsOf(
  changes: (Partial<Record<ExecutionStatus, number>> | undefined)[],
  at: (index: number) => number,
): JobDetail['history'] {
  const counts = noCounts()
  const points: JobDetail['history'] = []
  changes.forEach((change, index) => {
    for (const [status, by] of Object.entries(change ?? {})) counts[status as ExecutionStatus] += by
    // The last point before a change stays too, or a line through the points would rise too early.
    const wanted =
      change !== undefined || index === 0 || index === changes.length - 1 || changes[index + 1] !== undefined
    if (wanted)
      points.push({
        at: at(index),
        counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
      })
  })
  return points
}

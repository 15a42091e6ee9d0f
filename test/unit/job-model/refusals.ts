import type { HubErrorCode } from '../../../src/core/errors.ts'
import type { Execution, Job } from '../../../src/core/job/model.ts'
import type { Facts } from './facts.ts'
import { aim } from './perform.ts'
import type { Act } from './steps.ts'

const ENDED: Job['status'][] = ['COMPLETED', 'FAILED', 'CANCELED']

const PENDING = ['QUEUED', 'SENT', 'IN_PROGRESS']

/** With what this step must be refused, by what the records say: [aws 2.7, 2.9, 3.5] in the engine's words. */
export function refusalOf(facts: Facts, step: Act, now: number): HubErrorCode | undefined {
  const { job: key, device, group } = aim(facts, step)
  const job = facts.jobs.get(key)
  const attempts = facts.attempts(key, device)
  const latest = attempts.at(-1)
  switch (step.type) {
    case 'create':
      if (job !== undefined) return 'ALREADY_EXISTS'
      return (step.shape.endIn ?? Infinity) <= (step.shape.startIn ?? 0) ? 'INVALID' : undefined
    case 'report':
      if (latest === undefined || (step.number ?? 0) !== 0) return 'NOT_FOUND'
      if ((step.version ?? 0) !== 0) return 'VERSION_MISMATCH'
      return PENDING.includes(latest.status) ? undefined : 'INVALID_TRANSITION'
    case 'send':
      if (latest === undefined) return 'NOT_FOUND'
      return latest.status === 'QUEUED' ? undefined : 'INVALID_TRANSITION'
    case 'cancelExecution':
      if (latest === undefined) return 'NOT_FOUND'
      if ((step.version ?? 0) !== 0) return 'VERSION_MISMATCH'
      return mayEnd(latest, step.force) ? undefined : 'INVALID_TRANSITION'
    case 'deleteExecution': {
      const wanted = attempts.find(({ number }) => number === (latest?.number ?? 1) - step.back)
      if (wanted === undefined) return 'NOT_FOUND'
      return wanted.status === 'IN_PROGRESS' && !step.force ? 'INVALID_TRANSITION' : undefined
    }
    case 'associate':
      if (job === undefined) return 'NOT_FOUND'
      return job.selection === 'CONTINUOUS' && job.status === 'IN_PROGRESS' && !hasEnded(job, now)
        ? undefined
        : 'INVALID'
    case 'cancelJob':
    case 'update':
      return jobRefusal(job, ['SCHEDULED', 'IN_PROGRESS'])
    case 'rerun':
      // What is being timed out cannot be run again yet.
      if (job?.sweeping === 'TIME_OUT') return 'INVALID_TRANSITION'
      // A job whose start lies ahead has nothing to run again, and says so with 0.
      return jobRefusal(job, ['SCHEDULED', 'IN_PROGRESS', 'COMPLETED', 'FAILED'])
    case 'deleteJob':
      return jobRefusal(job, step.force ? ['SCHEDULED', 'IN_PROGRESS', ...ENDED] : ENDED)
    case 'createDevice':
      return facts.devices.has(device) ? 'ALREADY_EXISTS' : undefined
    case 'createGroup':
      if (facts.groups.has(group)) return 'ALREADY_EXISTS'
      return step.group === 'h' && !isOpen(facts, 'x/g') ? 'NOT_FOUND' : undefined
    case 'deleteGroup':
      if (!facts.groups.has(group)) return 'NOT_FOUND'
      return step.group === 'g' && facts.groups.has('x/h') ? 'CONFLICT' : undefined
    case 'join':
      return facts.devices.has(device) && isOpen(facts, group) ? undefined : 'NOT_FOUND'
    case 'leave':
    case 'move':
    case 'deleteDevice':
      return facts.devices.has(device) ? undefined : 'NOT_FOUND'
    case 'start':
    case 'connect':
    case 'reportAll':
    case 'tick':
      return undefined
  }
}

const mayEnd = ({ status }: Execution, force: boolean): boolean =>
  PENDING.includes(status) && (force || status !== 'IN_PROGRESS')

const hasEnded = (job: Job, now: number): boolean =>
  job.rolloutStopped === true || (job.schedule?.endAt ?? Infinity) <= now

const isOpen = (facts: Facts, group: string): boolean =>
  facts.groups.has(group) && facts.groups.get(group)!.dissolving === undefined

function jobRefusal(job: Job | undefined, allowed: Job['status'][]): HubErrorCode | undefined {
  if (job === undefined) return 'NOT_FOUND'
  return allowed.includes(job.status) ? undefined : 'INVALID_TRANSITION'
}

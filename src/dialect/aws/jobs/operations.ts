import { HubError } from '../../../core/errors.ts'
import type { Execution, ReportedStatus } from '../../../core/job/model.ts'
import { isPending } from '../../../core/job/states.ts'
import type { Context } from '../../dialect.ts'
import { jobKey, thingKey } from './keys.ts'
import { JobsRefusal } from './refusal.ts'
import type { DescribeRequest, StartRequest, UpdateRequest } from './requests.ts'
import { say } from '../../../core/said.ts'

/**
 * What a device can ask of the job service, over MQTT or HTTP alike. A thing need not be registered: it then has
 * nothing pending, and no execution by any name.
 */

/** A job as a request names it: one of a namespace is found in that only [aws 2.12]. */
export interface Named {
  job: string
  namespace?: string
}

/** [aws 2.3] Everything pending, in the order of the queue. */
export function getPending(ctx: Context, thing: string): { inProgress: Execution[]; queued: Execution[] } {
  const pending = ctx.engine.executions.pending(thingKey(thing))
  return {
    inProgress: pending.filter((execution) => execution.status === 'IN_PROGRESS'),
    queued: pending.filter((execution) => execution.status !== 'IN_PROGRESS'),
  }
}

/** [aws 2.4] The front of the queue, in progress; `undefined` if nothing is pending. */
export function startNext(ctx: Context, thing: string, start: StartRequest): Execution | undefined {
  warnOfManyDetails(ctx, thing, start.details)
  return ctx.engine.executions.start(ctx.turn, thingKey(thing), start)
}

/**
 * [aws 2.5] `$next` is the front of the queue, `undefined` if nothing is pending. ResourceNotFound, or
 * TerminalStateReached.
 */
export function describeExecution(
  ctx: Context,
  thing: string,
  { job, namespace }: Named,
  { executionNumber }: DescribeRequest,
): Execution | undefined {
  if (job === '$next') {
    const front = ctx.engine.executions.front(thingKey(thing), namespace)
    if (executionNumber !== undefined && front?.number !== executionNumber) throw unknownExecution(thing, job)
    return front
  }
  const execution = ctx.engine.executions.get(jobKey(job), thingKey(thing), executionNumber)
  if (execution === undefined || execution.lane !== namespace) throw unknownExecution(thing, job)
  if (isPending(execution.status)) return execution
  const message = 'Job Execution has reached terminal state. It is neither IN_PROGRESS nor QUEUED'
  throw new JobsRefusal('TerminalStateReached', message)
}

/**
 * [aws 2.6] Checked are the status, which may be none for a device to say [aws 2.9], existence, version and
 * state [aws 2.7].
 */
export function update(ctx: Context, thing: string, { job, namespace }: Named, request: UpdateRequest): Execution {
  const { status, executionNumber, details, expectedVersion, stepTimeoutMs } = request
  if (!isReported(status)) {
    const message = `The status of job execution cannot be changed to be ${status}`
    throw new JobsRefusal('InvalidStateTransition', message)
  }
  const latest = ctx.engine.executions.get(jobKey(job), thingKey(thing))
  const isMeant = latest?.lane === namespace && (executionNumber ?? latest?.number) === latest?.number
  if (latest === undefined || !isMeant) throw unknownExecution(thing, job)
  try {
    const updated = ctx.engine.executions.report(ctx.turn, jobKey(job), thingKey(thing), {
      status,
      ...(details !== undefined && { details, ...progressIn(details) }),
      ...(expectedVersion !== undefined && { expectedVersion }),
      ...(stepTimeoutMs !== undefined && { stepTimeoutMs }),
    })
    warnOfManyDetails(ctx, thing, details)
    return updated
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== 'INVALID_TRANSITION') throw error
    const message = `Job ${job} for ${thing} has already finished with status ${latest.status}`
    throw new JobsRefusal('InvalidStateTransition', message, latest)
  }
}

/** AWS has no word for it; by custom devices say `progress`, as a percentage. People are shown it as such. */
function progressIn({ progress }: Record<string, string>): { progress?: number } {
  const [, share] = /^(\d{1,3}(?:\.\d+)?) ?%?$/.exec(progress ?? '') ?? []
  return share === undefined || Number(share) > 100 ? {} : { progress: Number(share) }
}

/** [aws 2.6] The quota is uncertain: more pairs are kept, and people are told. */
function warnOfManyDetails(ctx: Context, thing: string, details: Record<string, string> | undefined): void {
  const pairs = Object.keys(details ?? {}).length
  if (pairs > 10) ctx.warn(thingKey(thing), say`statusDetails has ${pairs} pairs; AWS is said to allow 10`)
}

const REPORTED: readonly string[] = ['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED'] satisfies ReportedStatus[]

const isReported = (status: string): status is ReportedStatus => REPORTED.includes(status)

const unknownExecution = (thing: string, job: string): JobsRefusal =>
  new JobsRefusal('ResourceNotFound', `Job ${job} not found for ${thing}`)

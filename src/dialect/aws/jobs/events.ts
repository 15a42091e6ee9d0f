import type { DomainEvent } from '../../../core/events.ts'
import { nameOf } from '../../../core/ids.ts'
import type { Execution, Job } from '../../../core/job/model.ts'
import type { Context } from '../../dialect.ts'
import { arn, LOCAL_CALLER } from '../wire/arns.ts'
import { eventsEnabled } from '../registry/event-configurations.ts'
import { callerOfJob, reasonOf, targetArns } from './extra.ts'
import { wholeSeconds } from './shapes.ts'

/** What happened to a job, in the order of its topics [aws 2.10]. */
type JobOperation = 'completed' | 'canceled' | 'deleted' | 'cancellation_in_progress' | 'deletion_in_progress'

/**
 * Publishes the job and execution events of the service [aws 2.10]; both are on unless `UpdateEventConfigurations` says
 * otherwise.
 */
export function publishJobEvent(ctx: Context, event: DomainEvent): void {
  switch (event.type) {
    case 'job.status':
      return publishStatus(ctx, event.job)
    case 'job.canceled':
      return publishJob(ctx, event.job, 'canceled')
    case 'job.deleted':
      return publishJob(ctx, event.job, 'deleted')
    case 'execution.changed':
      if (TERMINAL.has(event.execution.status))
        publishExecution(ctx, event.execution, event.execution.status.toLowerCase())
      return
    case 'execution.deleted':
      return publishExecution(ctx, event.execution, 'deleted')
    default:
      return
  }
}

const TERMINAL: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'REJECTED', 'CANCELED', 'TIMED_OUT', 'REMOVED'])

/** Canceling and deleting have two phases: the first is told here. */
function publishStatus(ctx: Context, job: Job): void {
  if (job.status === 'COMPLETED') publishJob(ctx, job, 'completed')
  else if (job.status === 'CANCELED') publishJob(ctx, job, 'cancellation_in_progress')
  else if (job.status === 'DELETING') publishJob(ctx, job, 'deletion_in_progress')
}

function publishJob(ctx: Context, job: Job, operation: JobOperation): void {
  if (!eventsEnabled(ctx, 'JOB')) return
  const { comment } = reasonOf(job)
  const event = {
    eventType: 'JOB',
    eventId: ctx.ids.uuid(),
    timestamp: wholeSeconds(ctx.now),
    operation,
    jobId: nameOf(job.key),
    status: operation.toUpperCase(),
    targetSelection: job.selection,
    targets: targetArns(job),
    ...(job.description !== undefined && { description: job.description }),
    ...(operation !== 'completed' && operation !== 'canceled' && comment !== undefined && { comment }),
    ...(operation === 'completed' && { completedAt: job.completedAt }),
    createdAt: job.createdAt,
    lastUpdatedAt: job.updatedAt,
    ...(operation === 'completed' && { jobProcessDetails: processDetails(ctx, job) }),
  }
  ctx.publish(
    { topic: `$aws/events/job/${event.jobId}/${operation}`, payload: JSON.stringify(event), qos: 1 },
    '[aws 2.10] job event',
  )
}

/** Five of the eight counters that DescribeJob has. */
function processDetails(ctx: Context, { key }: Job): object {
  const counts = ctx.engine.executions.totals(key)
  return {
    numberOfCanceledThings: counts.CANCELED,
    numberOfRejectedThings: counts.REJECTED,
    numberOfFailedThings: counts.FAILED,
    numberOfRemovedThings: counts.REMOVED,
    numberOfSucceededThings: counts.SUCCEEDED,
  }
}

function publishExecution(ctx: Context, execution: Execution, operation: string): void {
  if (!eventsEnabled(ctx, 'JOB_EXECUTION')) return
  const job = ctx.engine.jobs.get(execution.job)
  const { details = {} } = execution
  const event = {
    eventType: 'JOB_EXECUTION',
    eventId: ctx.ids.uuid(),
    timestamp: wholeSeconds(ctx.now),
    operation,
    jobId: nameOf(execution.job),
    thingArn: arn.thing(job === undefined ? LOCAL_CALLER : callerOfJob(job), nameOf(execution.device)),
    status: execution.status,
    ...(Object.keys(details).length > 0 && { statusDetails: details }),
  }
  ctx.publish(
    { topic: `$aws/events/jobExecution/${event.jobId}/${operation}`, payload: JSON.stringify(event), qos: 1 },
    '[aws 2.10] execution event',
  )
}

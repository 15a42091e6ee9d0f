import type { Instant } from '../../../core/clock.ts'
import { nameOf } from '../../../core/ids.ts'
import type { Counts, Job } from '../../../core/job/model.ts'
import type { Context } from '../../dialect.ts'
import { arn, type Caller } from '../wire/arns.ts'
import { jobExtra, reasonOf, wireStatus, targetArns } from './extra.ts'
import { describePlan } from './plan.ts'
import { scheduledRollouts } from './schedule.ts'
import { floatSeconds } from './shapes.ts'

/** The Job object of DescribeJob [aws 3.5]. */
export function describeJob(ctx: Context, caller: Caller, job: Job): object {
  const { presignedUrlConfig, namespaceId, jobTemplateArn, documentParameters } = jobExtra(job)
  const { schedulingConfig, destinationPackageVersions } = jobExtra(job)
  const rollouts = scheduledRollouts(job, ctx.now)
  return {
    jobArn: arn.job(caller, nameOf(job.key)),
    jobId: nameOf(job.key),
    targetSelection: job.selection,
    status: wireStatus(job),
    ...(job.forceCanceled === true && { forceCanceled: true }),
    ...reasonOf(job),
    targets: targetArns(job),
    ...(job.description !== undefined && { description: job.description }),
    // [aws 3.5] These four are there in any case.
    ...{ presignedUrlConfig: presignedUrlConfig ?? {}, jobExecutionsRolloutConfig: {}, timeoutConfig: {} },
    ...describePlan(job),
    schedulingConfig: schedulingConfig ?? {},
    ...times(job),
    jobProcessDetails: {
      ...(isRollingOut(job) && { processingTargets: targetArns(job) }),
      ...describeCounts(ctx.engine.executions.totals(job.key)),
    },
    ...(namespaceId !== undefined && { namespaceId }),
    ...(jobTemplateArn !== undefined && { jobTemplateArn }),
    ...(documentParameters !== undefined && { documentParameters }),
    isConcurrent: isConcurrent(job),
    ...(rollouts !== undefined && { scheduledJobRollouts: rollouts }),
    ...(destinationPackageVersions !== undefined && { destinationPackageVersions }),
  }
}

/** The JobSummary of ListJobs [aws 3.3]; the group id is that of the first group among the targets. */
export function summarizeJob(ctx: Context, caller: Caller, job: Job): object {
  const target = job.targets.find((candidate) => candidate.type === 'group')
  const group = target?.type === 'group' ? ctx.engine.groups.get(target.group) : undefined
  return {
    jobArn: arn.job(caller, nameOf(job.key)),
    jobId: nameOf(job.key),
    ...(group !== undefined && { thingGroupId: group.id }),
    targetSelection: job.selection,
    status: wireStatus(job),
    ...times(job),
    isConcurrent: isConcurrent(job),
  }
}

/** [aws 3.5] Every execution counts, also one that another has followed. */
const describeCounts = (counts: Readonly<Counts>): Record<string, number> => ({
  numberOfCanceledThings: counts.CANCELED,
  numberOfSucceededThings: counts.SUCCEEDED,
  numberOfFailedThings: counts.FAILED,
  numberOfRejectedThings: counts.REJECTED,
  numberOfQueuedThings: counts.QUEUED,
  numberOfInProgressThings: counts.IN_PROGRESS,
  numberOfRemovedThings: counts.REMOVED,
  numberOfTimedOutThings: counts.TIMED_OUT,
})

const isRollingOut = ({ status, rolledOut, planned, rolloutStopped }: Job): boolean =>
  status === 'IN_PROGRESS' && rolloutStopped !== true && rolledOut < planned

/** Still creating or canceling executions [aws 3.5]. */
const isConcurrent = (job: Job): boolean => isRollingOut(job) || job.sweeping !== undefined

const times = ({ createdAt, updatedAt, completedAt }: Job): Record<string, Instant> => ({
  createdAt: floatSeconds(createdAt),
  lastUpdatedAt: floatSeconds(updatedAt),
  ...(completedAt !== undefined && { completedAt: floatSeconds(completedAt) }),
})

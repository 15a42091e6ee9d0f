import { nameOf } from '../../../core/ids.ts'
import type { Job, RetryRule } from '../../../core/job/model.ts'
import type { Route } from '../../dialect.ts'
import { arn, callerOf } from '../wire/arns.ts'
import { AwsError, invalidRequest } from '../wire/errors.ts'
import { createJob } from './create.ts'
import { describeJob } from './describe.ts'
import { substituted } from './device-document.ts'
import { jobExtra, wireStatus, targetArns } from './extra.ts'
import { jobExecutionRoutes } from './executions.ts'
import { jobListRoutes } from './list.ts'
import { managedTemplateRoutes } from './managed-templates.ts'
import { ASSOCIATE_TARGETS, CANCEL_JOB, UPDATE_JOB } from './model.ts'
import { readPlan } from './plan.ts'
import { checkShape } from '../wire/constraints.ts'
import { isForced, operation, queryOf, readBody, requireJob, type Call } from '../wire/route.ts'
import { readPresignedUrlConfig } from './settings.ts'
import { MAX_TARGETS, readTargets } from './targets.ts'
import { jobTemplateRoutes } from './job-templates.ts'
import { say } from '../../../core/said.ts'

/** [aws 3.5] */
const MAX_DELETING = 10

/** The control plane of jobs [aws 3.3]; what has no output answers with an empty body [aws 3.12]. */
export const jobRoutes: Route[] = [
  createJob,
  operation('DescribeJob', 'GET', '/jobs/:jobId', (call) => {
    isBeforeSubstitution(call)
    const job = requireJob(call)
    const { documentSource } = jobExtra(job)
    return {
      ...(documentSource !== undefined && { documentSource }),
      job: describeJob(call.ctx, callerOf(call.request), job),
    }
  }),
  operation('GetJobDocument', 'GET', '/jobs/:jobId/job-document', (call) => {
    const job = requireJob(call)
    return { document: isBeforeSubstitution(call) ? job.document : substituted(job) }
  }),
  operation('UpdateJob', 'PATCH', '/jobs/:jobId', (call) => updateJob(call)),
  operation('CancelJob', 'PUT', '/jobs/:jobId/cancel', (call) => cancelJob(call)),
  operation('DeleteJob', 'DELETE', '/jobs/:jobId', (call) => deleteJob(call)),
  operation('AssociateTargetsWithJob', 'POST', '/jobs/:jobId/targets', (call) => associateTargets(call)),
  ...jobListRoutes,
  ...jobExecutionRoutes,
  ...jobTemplateRoutes,
  ...managedTemplateRoutes,
]

const UPDATE_MEMBERS = [
  'description',
  'presignedUrlConfig',
  'jobExecutionsRolloutConfig',
  'abortConfig',
  'timeoutConfig',
  'jobExecutionsRetryConfig',
]

/** [aws 3.12] The request is looked at before the job is. What is changed counts from now on. */
function updateJob(call: Call): undefined {
  const { ctx, params } = call
  const { jobId = '' } = params
  const fields = readBody(call, UPDATE_MEMBERS)
  checkShape(UPDATE_JOB, { jobId, ...fields.values })
  if (!UPDATE_MEMBERS.some((member) => fields.has(member))) {
    throw new AwsError('InvalidRequestException', `Update Job request for job ${jobId} cannot be empty.`)
  }
  const description = fields.text('description')
  const plan = readPlan(fields)
  const presignedUrlConfig = readPresignedUrlConfig(fields)
  const job = requireJob(call)
  if (job.status !== 'SCHEDULED' && job.status !== 'IN_PROGRESS') throw ended(job, 'updated')
  if (plan.retry !== undefined) checkRetry(job, plan.retry)
  ctx.engine.jobs.update(ctx.turn, job.key, {
    ...plan,
    ...(description !== undefined && { description }),
    ...(presignedUrlConfig !== undefined && { extra: { ...job.extra, presignedUrlConfig } }),
  })
}

/** [aws 3.5] Retries can only be switched off, for the same kinds of failure. */
function checkRetry(job: Job, retry: readonly RetryRule[]): void {
  const kinds = (rules: readonly RetryRule[]): string =>
    rules
      .map(({ on }) => on)
      .sort()
      .join()
  const refuse = (message: string): AwsError => new AwsError('InvalidRequestException', message)
  if (retry.some(({ times }) => times > 0)) {
    throw refuse('The number of retries cannot be updated to any number other than 0.')
  }
  if (job.retry === undefined || job.retry.length === 0) {
    throw refuse('RetryConfig cannot be updated if the job has no RetryConfig defined during creation.')
  }
  if (kinds(job.retry) !== kinds(retry)) {
    throw refuse('FailureTypes must match existing FailureTypes defined in RetryConfig.')
  }
}

const ended = (job: Job, what: string): AwsError =>
  new AwsError('InvalidRequestException', `Job ${nameOf(job.key)} in status ${wireStatus(job)} cannot be ${what}.`)

function cancelJob(call: Call): object {
  const { ctx, request } = call
  const job = requireJob(call)
  const fields = readBody(call, ['reasonCode', 'comment'])
  checkShape(CANCEL_JOB, fields.values)
  const reasonCode = fields.text('reasonCode')
  const comment = fields.text('comment')
  if (job.status !== 'SCHEDULED' && job.status !== 'IN_PROGRESS') throw ended(job, 'canceled')
  ctx.engine.jobs.cancel(ctx.turn, job.key, {
    force: isForced(request),
    ...(reasonCode !== undefined && { reasonCode }),
    ...(comment !== undefined && { comment }),
  })
  return named(call, job)
}

function deleteJob(call: Call): undefined {
  const { ctx, request } = call
  const job = requireJob(call)
  const force = isForced(request)
  let deleting = 0
  for (const other of ctx.engine.jobs.ofDialect('aws')) if (other.status === 'DELETING') deleting += 1
  if (deleting >= MAX_DELETING) {
    const message = `${deleting} jobs are in status DELETION_IN_PROGRESS; ${MAX_DELETING} are allowed`
    throw new AwsError('LimitExceededException', message)
  }
  if (!force && (job.status === 'SCHEDULED' || job.status === 'IN_PROGRESS')) {
    const message = `Job ${nameOf(job.key)} in status ${job.status} cannot be deleted without force flag.`
    throw new AwsError('InvalidStateTransitionException', message)
  }
  ctx.engine.jobs.delete(ctx.turn, job.key, { force })
}

/** [aws 3.5] Groups only, and only into a continuous job under way. */
function associateTargets(call: Call): object {
  const { ctx, request } = call
  const job = requireJob(call)
  const fields = readBody(call, ['targets', 'comment'])
  checkShape(ASSOCIATE_TARGETS, fields.values)
  const comment = fields.text('comment')
  if (job.selection !== 'CONTINUOUS' || job.status !== 'IN_PROGRESS') {
    const is = `this one is ${job.selection} and ${wireStatus(job)}`
    const message = `Only a CONTINUOUS job in status IN_PROGRESS takes more targets; ${is}`
    throw new AwsError('InvalidRequestException', message)
  }
  const known = new Set(job.targets.map((target) => (target.type === 'group' ? target.group : '')))
  const targets = readTargets(ctx, callerOf(request), fields).filter(({ arn: text, target }) => {
    if (target.type !== 'group') throw invalidRequest('targets', text, 'must be a thing group')
    return !known.has(target.group)
  })
  if (job.targets.length + targets.length > MAX_TARGETS)
    throw fields.refuse('targets', say`must not take the job beyond ${MAX_TARGETS} targets`)
  ctx.engine.jobs.associate(
    ctx.turn,
    job.key,
    targets.map(({ target }) => target),
    {
      ...(comment !== undefined && { comment }),
      extra: { ...job.extra, targets: [...targetArns(job), ...targets.map((target) => target.arn)] },
    },
  )
  return named(call, job)
}

const named = ({ request }: Call, { key, description }: Job): object => ({
  jobArn: arn.job(callerOf(request), nameOf(key)),
  jobId: nameOf(key),
  ...(description !== undefined && { description }),
})

/** [aws 3.11] Parameters of a managed template are shown filled in only where that is asked for. */
const isBeforeSubstitution = ({ request }: Call): boolean =>
  queryOf(request, { beforeSubstitution: 'boolean' }).boolean('beforeSubstitution') ?? true

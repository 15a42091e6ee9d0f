import { nameOf } from '../../../core/ids.ts'
import type { Job } from '../../../core/job/model.ts'
import type { Route } from '../../dialect.ts'
import { arn, callerOf } from '../arns.ts'
import { AwsError, invalidRequest } from '../errors.ts'
import { createJob } from './create.ts'
import { describeJob } from './describe.ts'
import { extraOf, statusOf, targetArns } from './extra.ts'
import { prose } from '../rest/fields.ts'
import { jobExecutionRoutes } from './executions.ts'
import { jobListRoutes } from './list.ts'
import { readPlan } from './plan.ts'
import { isForced, operation, queryOf, readBody, requireJob, type Call } from '../rest/route.ts'
import { DESCRIPTION, readPresignedUrlConfig } from './settings.ts'
import { MAX_TARGETS, readTargets } from './targets.ts'
import { jobTemplateRoutes } from './job-templates.ts'

/** [aws 3.5] */
const MAX_DELETING = 10

const invalidWhenEnded = { INVALID_TRANSITION: 'InvalidRequestException' }

/** The control plane of jobs [aws 3.3]. */
export const jobRoutes: Route[] = [
  createJob,
  operation('DescribeJob', 'GET', '/jobs/:jobId', (call) => {
    checkSubstitution(call)
    const job = requireJob(call)
    const { documentSource } = extraOf(job)
    return { ...(documentSource !== undefined && { documentSource }), job: describeJob(call.ctx, callerOf(call.request), job) }
  }),
  operation('GetJobDocument', 'GET', '/jobs/:jobId/job-document', (call) => {
    checkSubstitution(call)
    return { document: requireJob(call).document }
  }),
  operation('UpdateJob', 'PATCH', '/jobs/:jobId', (call) => updateJob(call), { exceptions: invalidWhenEnded }),
  operation('CancelJob', 'PUT', '/jobs/:jobId/cancel', (call) => cancelJob(call), { exceptions: invalidWhenEnded }),
  operation('DeleteJob', 'DELETE', '/jobs/:jobId', (call) => deleteJob(call)),
  operation('AssociateTargetsWithJob', 'POST', '/jobs/:jobId/targets', (call) => associateTargets(call)),
  ...jobListRoutes,
  ...jobExecutionRoutes,
  ...jobTemplateRoutes,
]

const UPDATE_MEMBERS = ['description', 'presignedUrlConfig', 'jobExecutionsRolloutConfig', 'abortConfig', 'timeoutConfig', 'jobExecutionsRetryConfig']

/** [aws 3.5] What is changed counts from now on; retries can only be switched off. */
function updateJob(call: Call): object {
  const { ctx } = call
  const job = requireJob(call)
  const fields = readBody(call, UPDATE_MEMBERS)
  const description = fields.text('description', DESCRIPTION)
  const presignedUrlConfig = readPresignedUrlConfig(fields)
  const plan = readPlan(fields, ctx.settings)
  if (plan.retry?.some(({ times }) => times > 0) === true) throw fields.refuse('jobExecutionsRetryConfig', 'may only set numberOfRetries to 0')
  ctx.engine.jobs.update(ctx.turn, job.key, {
    ...plan,
    ...(description !== undefined && { description }),
    ...(presignedUrlConfig !== undefined && { extra: { ...job.extra, presignedUrlConfig } }),
  })
  return {}
}

function cancelJob(call: Call): object {
  const { ctx, request } = call
  const job = requireJob(call)
  const fields = readBody(call, ['reasonCode', 'comment'])
  const reasonCode = fields.text('reasonCode', { min: 1, max: 128, pattern: /^[A-Z0-9_]+$/, says: 'must match [A-Z0-9_]+' })
  const comment = fields.text('comment', prose(2028))
  ctx.engine.jobs.cancel(ctx.turn, job.key, {
    force: isForced(request),
    ...(reasonCode !== undefined && { reasonCode }),
    ...(comment !== undefined && { comment }),
  })
  return named(call, job)
}

function deleteJob(call: Call): object {
  const { ctx, request } = call
  const job = requireJob(call)
  const force = isForced(request)
  let deleting = 0
  for (const other of ctx.engine.jobs.ofDialect('aws')) if (other.status === 'DELETING') deleting += 1
  if (deleting >= MAX_DELETING) throw new AwsError('LimitExceededException', `${deleting} jobs are in status DELETION_IN_PROGRESS; ${MAX_DELETING} are allowed`)
  ctx.engine.jobs.delete(ctx.turn, job.key, { force })
  return {}
}

/** [aws 3.5] Groups only, and only into a continuous job under way. */
function associateTargets(call: Call): object {
  const { ctx, request } = call
  const job = requireJob(call)
  if (job.selection !== 'CONTINUOUS' || job.status !== 'IN_PROGRESS') {
    throw new AwsError('InvalidRequestException', `Only a CONTINUOUS job in status IN_PROGRESS takes more targets; this one is ${job.selection} and ${statusOf(job)}`)
  }
  const fields = readBody(call, ['targets', 'comment'])
  const comment = fields.text('comment', prose(2028))
  const known = new Set(job.targets.map((target) => (target.type === 'group' ? target.group : '')))
  const targets = readTargets(ctx, callerOf(request), fields).filter(({ arn: text, target }) => {
    if (target.type !== 'group') throw invalidRequest('targets', text, 'must be a thing group')
    return !known.has(target.group)
  })
  if (job.targets.length + targets.length > MAX_TARGETS) throw fields.refuse('targets', `must not take the job beyond ${MAX_TARGETS} targets`)
  ctx.engine.jobs.associate(
    ctx.turn,
    job.key,
    targets.map(({ target }) => target),
    { ...(comment !== undefined && { comment }), extra: { ...job.extra, targets: [...targetArns(job), ...targets.map((target) => target.arn)] } },
  )
  return named(call, job)
}

const named = ({ request }: Call, { key, description }: Job): object => ({
  jobArn: arn.job(callerOf(request), nameOf(key)),
  jobId: nameOf(key),
  ...(description !== undefined && { description }),
})

/** Only managed templates have parameters to substitute: before and after are the same. */
const checkSubstitution = ({ request }: Call): boolean | undefined => queryOf(request, { beforeSubstitution: 'boolean' }).boolean('beforeSubstitution')

import { nameOf } from '../../../core/ids.ts'
import type { Execution, Job } from '../../../core/job/model.ts'
import type { Route } from '../../dialect.ts'
import { arn, callerOf } from '../arns.ts'
import { summarizeJob } from './describe.ts'
import { extraOf, statusOf } from './extra.ts'
import type { Fields } from '../rest/fields.ts'
import { groupKey, jobKey, thingKey } from './keys.ts'
import { EXECUTION_STATUSES } from './requests.ts'
import { operation, queryOf, requireJob, type Call } from '../rest/route.ts'
import { controlSummary } from './shapes.ts'
import { pageOf, type Page } from '../rest/pages.ts'

const JOB_STATUSES = ['IN_PROGRESS', 'CANCELED', 'COMPLETED', 'DELETION_IN_PROGRESS', 'SCHEDULED'] as const

/** The lists of the control plane [aws 3.3]; 250 to a page unless asked otherwise. */
export const jobListRoutes: Route[] = [
  operation('ListJobs', 'GET', '/jobs', (call) => listJobs(call)),
  operation('ListJobExecutionsForJob', 'GET', '/jobs/:jobId/things', (call) => listForJob(call)),
  operation('ListJobExecutionsForThing', 'GET', '/things/:thingName/jobs', (call) => listForThing(call)),
]

/** Newest first. */
function listJobs({ ctx, request }: Call): object {
  const query = queryOf(request, { status: 'text', targetSelection: 'text', namespaceId: 'text', thingGroupName: 'text', thingGroupId: 'text' })
  const wanted = jobFilter(query)
  const group = query.text('thingGroupName')
  const groupId = query.text('thingGroupId')
  // DEVIATION: [aws 7.1 row 15] AWS leaves SCHEDULED jobs out of a list by thing group.
  const isForGroup = (job: Job): boolean =>
    job.targets.some(
      (target) =>
        target.type === 'group' &&
        (group === undefined || target.group === groupKey(group)) &&
        (groupId === undefined || ctx.engine.groups.get(target.group)?.id === groupId),
    )
  const jobs: Job[] = []
  for (const job of ctx.engine.jobs.ofDialect('aws')) {
    if (wanted(job) && ((group ?? groupId) === undefined || isForGroup(job))) jobs.push(job)
  }
  const page = pageOf(request, jobs, (job) => `${latestFirst(job.createdAt)} ${job.key}`)
  return { jobs: page.items.map((job) => summarizeJob(ctx, callerOf(request), job)), ...tokenOf(page) }
}

function jobFilter(query: Fields): (job: Job) => boolean {
  const status = query.oneOf('status', JOB_STATUSES)
  const selection = query.oneOf('targetSelection', ['SNAPSHOT', 'CONTINUOUS'])
  const namespace = query.text('namespaceId')
  return (job) =>
    (status === undefined || statusOf(job) === status) &&
    (selection === undefined || job.selection === selection) &&
    (namespace === undefined || extraOf(job).namespaceId === namespace)
}

/** All attempts, by thing, the latest attempt first. */
function listForJob(call: Call): object {
  const { ctx, request } = call
  const job = requireJob(call)
  const status = queryOf(request, { status: 'text' }).oneOf('status', EXECUTION_STATUSES)
  const executions: Execution[] = []
  for (const device of ctx.engine.executions.ofJob(job.key).keys()) executions.push(...ctx.engine.executions.attempts(job.key, device))
  const page = pageOf(request, inState(executions, status), ({ device, number }) => `${device} ${latestFirst(number)}`)
  const caller = callerOf(request)
  return {
    executionSummaries: page.items.map((execution) => ({
      thingArn: arn.thing(caller, nameOf(execution.device)),
      jobExecutionSummary: controlSummary(execution),
    })),
    ...tokenOf(page),
  }
}

/** All attempts at all jobs, the latest first. A thing need not be registered: its executions outlive it [aws 3.5]. */
function listForThing({ ctx, request, params }: Call): object {
  const query = queryOf(request, { status: 'text', namespaceId: 'text', jobId: 'text' })
  const status = query.oneOf('status', EXECUTION_STATUSES)
  const namespace = query.text('namespaceId')
  const only = query.text('jobId')
  const thing = thingKey(params['thingName'] ?? '')
  const executions: Execution[] = []
  for (const { job } of ctx.engine.executions.ofDevice(thing)) {
    if (only !== undefined && job !== jobKey(only)) continue
    if (namespace !== undefined && extraOf(ctx.engine.jobs.require(job)).namespaceId !== namespace) continue
    executions.push(...ctx.engine.executions.attempts(job, thing))
  }
  const page = pageOf(request, inState(executions, status), ({ order }) => latestFirst(order))
  return {
    executionSummaries: page.items.map((execution) => ({ jobId: nameOf(execution.job), jobExecutionSummary: controlSummary(execution) })),
    ...tokenOf(page),
  }
}

const inState = (executions: Execution[], status: string | undefined): Execution[] =>
  status === undefined ? executions : executions.filter((execution) => execution.status === status)

const tokenOf = ({ next }: Page<unknown>): object => (next === undefined ? {} : { nextToken: next })

/** A key that puts higher numbers first. */
const latestFirst = (value: number): string => String(9e15 - value).padStart(16, '0')

import { nameOf } from '../../../core/ids.ts'
import type { Execution, Job } from '../../../core/job/model.ts'
import type { HttpRequest } from '../../../core/seam/http.ts'
import type { Route } from '../../dialect.ts'
import { arn, callerOf } from '../wire/arns.ts'
import { summarizeJob } from './describe.ts'
import { jobExtra, wireStatus } from './extra.ts'
import { checkShape } from '../wire/constraints.ts'
import type { Fields } from '../wire/fields.ts'
import { groupKey, jobKey, thingKey } from './keys.ts'
import { LIST_EXECUTIONS, LIST_JOBS } from './model.ts'
import { operation, queryOf, requireJob, type Call } from '../wire/route.ts'
import { controlSummary } from './shapes.ts'
import { BY_TOKEN, latestFirst, paginate, type TokenPage, type Paging } from '../wire/pagination.ts'

/** [aws 3.12] How many AWS lists unasked is documented nowhere. */
const PAGE: Paging = { ...BY_TOKEN, usual: 100 }

/** The lists of the control plane [aws 3.3]; 100 to a page unless asked otherwise. */
export const jobListRoutes: Route[] = [
  operation('ListJobs', 'GET', '/jobs', (call) => listJobs(call)),
  operation('ListJobExecutionsForJob', 'GET', '/jobs/:jobId/things', (call) => listForJob(call)),
  operation('ListJobExecutionsForThing', 'GET', '/things/:thingName/jobs', (call) => listForThing(call)),
]

/** Newest first; of those made in one instant, the one made last. */
function listJobs({ ctx, request }: Call): object {
  checkShape(LIST_JOBS, askedFor(request))
  const query = queryOf(request, {
    status: 'text',
    targetSelection: 'text',
    namespaceId: 'text',
    thingGroupName: 'text',
    thingGroupId: 'text',
  })
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
  const jobs: { job: Job; index: number }[] = []
  let index = 0
  for (const job of ctx.engine.jobs.ofDialect('aws')) {
    index += 1
    if (wanted(job) && ((group ?? groupId) === undefined || isForGroup(job))) jobs.push({ job, index })
  }
  const page = paginate(
    request,
    jobs,
    ({ job, index: made }) => `${latestFirst(job.createdAt)} ${latestFirst(made)}`,
    PAGE,
  )
  return { jobs: page.items.map(({ job }) => summarizeJob(ctx, callerOf(request), job)), ...tokenOf(page) }
}

function jobFilter(query: Fields): (job: Job) => boolean {
  const status = query.text('status')
  const selection = query.text('targetSelection')
  const namespace = query.text('namespaceId')
  return (job) =>
    (status === undefined || wireStatus(job) === status) &&
    (selection === undefined || job.selection === selection) &&
    (namespace === undefined || jobExtra(job).namespaceId === namespace)
}

/** [aws 3.12] All attempts, the one that changed last first. */
function listForJob(call: Call): object {
  const { ctx, request, params } = call
  checkShape(LIST_EXECUTIONS, { ...params, ...askedFor(request) })
  const job = requireJob(call)
  const status = queryOf(request, { status: 'text' }).text('status')
  const executions: Execution[] = []
  for (const device of ctx.engine.executions.ofJob(job.key).keys())
    executions.push(...ctx.engine.executions.attempts(job.key, device))
  const latest = ({ updatedAt, order }: Execution): string => `${latestFirst(updatedAt)} ${latestFirst(order)}`
  const page = paginate(request, inState(executions, status), latest, PAGE)
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
  checkShape(LIST_EXECUTIONS, { ...params, ...askedFor(request) })
  const query = queryOf(request, { status: 'text', namespaceId: 'text', jobId: 'text' })
  const status = query.text('status')
  const namespace = query.text('namespaceId')
  const only = query.text('jobId')
  const thing = thingKey(params['thingName'] ?? '')
  const executions: Execution[] = []
  for (const { job } of ctx.engine.executions.ofDevice(thing)) {
    if (only !== undefined && job !== jobKey(only)) continue
    if (namespace !== undefined && jobExtra(ctx.engine.jobs.require(job)).namespaceId !== namespace) continue
    executions.push(...ctx.engine.executions.attempts(job, thing))
  }
  const page = paginate(request, inState(executions, status), ({ order }) => latestFirst(order), PAGE)
  return {
    executionSummaries: page.items.map((execution) => ({
      jobId: nameOf(execution.job),
      jobExecutionSummary: controlSummary(execution),
    })),
    ...tokenOf(page),
  }
}

/** What the query says, its numbers as numbers. */
const askedFor = ({ query }: HttpRequest): Record<string, unknown> =>
  Object.fromEntries(
    [...query]
      .filter(([, text]) => text !== '')
      .map(([name, text]) => [name, /^-?\d{1,15}$/.test(text) && name === 'maxResults' ? Number(text) : text]),
  )

const inState = (executions: Execution[], status: string | undefined): Execution[] =>
  status === undefined ? executions : executions.filter((execution) => execution.status === status)

const tokenOf = ({ next }: TokenPage<unknown>): object => (next === undefined ? {} : { nextToken: next })

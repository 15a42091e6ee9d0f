import type { Instant } from '../../../core/clock.ts'
import type { JobConfig } from '../../../core/job/model.ts'
import type { Table } from '../../../core/table.ts'
import type { Context, Route } from '../../dialect.ts'
import { arn, callerOf, nameInArn } from '../wire/arns.ts'
import { AwsError, resourceNotFound } from '../wire/errors.ts'
import { checkDocument } from './device-document.ts'
import { jobExtra, type MaintenanceWindow, type PresignedUrlConfig } from './extra.ts'
import { checkShape } from '../wire/constraints.ts'
import type { Fields } from '../wire/fields.ts'
import { jobKey } from './keys.ts'
import { CREATE_JOB_TEMPLATE, JOB_TEMPLATE } from './model.ts'
import { describePlan, readPlan, type PlanBlocks } from './plan.ts'
import { operation, readBody, type Call } from '../wire/route.ts'
import { readWindows } from './schedule.ts'
import { readPackageVersions, readPresignedUrlConfig } from './settings.ts'
import { floatSeconds } from './shapes.ts'
import { givenSource, readSource, sourceNeeds } from './document-source.ts'
import { latestFirst, paginate } from '../wire/pagination.ts'
import { readTags, setResourceTags } from '../registry/tags.ts'

export interface JobTemplate {
  id: string
  createdAt: Instant
  /** Of creation, within an instant; absent in those of earlier releases. */
  order?: number
  description: string
  document: string
  documentSource?: string
  plan: JobConfig
  presignedUrlConfig?: PresignedUrlConfig
  maintenanceWindows?: MaintenanceWindow[]
  destinationPackageVersions?: string[]
}

/** Job templates by id. */
export const templatesOf = (ctx: Pick<Context, 'own'>): Table<JobTemplate> => ctx.own('jobTemplates')

const MEMBERS = [
  ...[
    'description',
    'jobArn',
    'document',
    'documentSource',
    'presignedUrlConfig',
    'jobExecutionsRolloutConfig',
    'abortConfig',
  ],
  ...['timeoutConfig', 'jobExecutionsRetryConfig', 'maintenanceWindows', 'tags', 'destinationPackageVersions'],
]

/** Job templates of one's own [aws 3.3]. */
export const jobTemplateRoutes: Route[] = [
  operation('CreateJobTemplate', 'PUT', '/job-templates/:id', (call) => create(call), { needs: sourceNeeds }),
  operation('DescribeJobTemplate', 'GET', '/job-templates/:id', (call) => shown(call, requireTemplate(call))),
  operation('DeleteJobTemplate', 'DELETE', '/job-templates/:id', (call) => {
    const { id } = requireTemplate(call)
    templatesOf(call.ctx).delete(id)
    setResourceTags(call.ctx, `jobtemplate/${id}`, undefined)
    return undefined
  }),
  operation('ListJobTemplates', 'GET', '/job-templates', (call) => {
    const { items, next } = paginate(call.request, templatesOf(call.ctx).values(), newestFirst)
    return {
      jobTemplates: items.map((template) => summary(call, template)),
      ...(next !== undefined && { nextToken: next }),
    }
  }),
]

const newestFirst = ({ createdAt, order = 0 }: JobTemplate): string => `${latestFirst(createdAt)} ${latestFirst(order)}`

function create(call: Call): object {
  const { ctx, request, params } = call
  const { id = '' } = params
  const fields = readBody(call, MEMBERS)
  checkShape(CREATE_JOB_TEMPLATE, { jobTemplateId: id, ...fields.values })
  const description = fields.required('description', fields.text('description'))
  const own = readPlan(fields)
  const presignedUrlConfig = readPresignedUrlConfig(fields)
  const windows = readWindows(fields)?.map(({ config }) => config)
  const given = givenSource(fields)
  const tags = readTags(fields)
  const destinationPackageVersions = readPackageVersions(fields)
  if (!given && !fields.has('jobArn')) {
    throw new AwsError('InvalidRequestException', 'Neither job document nor job document source is specified.')
  }
  if (templatesOf(ctx).has(id)) {
    throw new AwsError('ConflictException', `Job Template ${id} already exists.`, { resourceId: null })
  }
  const job = readJob(ctx, fields)
  const { plan, ...work } = { plan: {}, ...job, ...(given ? readSource(ctx, fields, call.fulfilled) : {}) }
  const template: JobTemplate = {
    document: '',
    ...work,
    id,
    createdAt: ctx.now,
    order: nextOrder(ctx),
    description,
    plan: { ...plan, ...own },
    ...(windows !== undefined && { maintenanceWindows: windows }),
    ...(presignedUrlConfig !== undefined && { presignedUrlConfig }),
    ...(destinationPackageVersions !== undefined && { destinationPackageVersions }),
  }
  checkDocument(ctx, template.document, { id, roleArn: template.presignedUrlConfig?.roleArn }, {})
  templatesOf(ctx).set(id, template)
  setResourceTags(ctx, `jobtemplate/${id}`, tags)
  return { jobTemplateArn: arn.jobTemplate(callerOf(request), id), jobTemplateId: id }
}

/** Made in one instant, they are still told apart. */
function nextOrder(ctx: Context): number {
  let last = 0
  for (const { order = 0 } of templatesOf(ctx).values()) last = Math.max(last, order)
  return last + 1
}

/** The work and settings of the job that a template is made from; a document in the request goes before the job's. */
function readJob(
  ctx: Context,
  fields: Fields,
): Pick<JobTemplate, 'document' | 'documentSource' | 'presignedUrlConfig' | 'plan'> | undefined {
  const jobArn = fields.text('jobArn')
  if (jobArn === undefined) return undefined
  const id = nameInArn(jobArn, 'job')
  if (id === undefined) throw fields.refuse('jobArn', 'must be the ARN of a job')
  const job = ctx.engine.jobs.get(jobKey(id))
  if (job === undefined) throw resourceNotFound(`Job ${id} cannot be found.`)
  const { documentSource, presignedUrlConfig } = jobExtra(job)
  const { document, rollout, abort, timeout, retry } = job
  const hasRollout = rollout !== undefined && Object.keys(rollout).length > 0
  return {
    document,
    ...(documentSource !== undefined && { documentSource }),
    ...(presignedUrlConfig !== undefined && { presignedUrlConfig }),
    plan: {
      ...(hasRollout && { rollout }),
      ...(abort && { abort }),
      ...(timeout && { timeout }),
      ...(retry && { retry }),
    },
  }
}

export const templateNotFound = (id: string): AwsError => resourceNotFound(`Job Template ${id} cannot be found.`)

function requireTemplate({ ctx, params }: Call): JobTemplate {
  const { id = '' } = params
  checkShape(JOB_TEMPLATE, { jobTemplateId: id })
  const template = templatesOf(ctx).get(id)
  if (template === undefined) throw templateNotFound(id)
  return template
}

const summary = ({ request }: Call, { id, description, createdAt }: JobTemplate): object => ({
  jobTemplateArn: arn.jobTemplate(callerOf(request), id),
  jobTemplateId: id,
  description,
  createdAt: floatSeconds(createdAt),
})

/** [aws 3.12] Every member is there, null where nothing was said; three blocks, with their members null. */
const shown = (call: Call, template: JobTemplate): object => {
  const { document, documentSource, presignedUrlConfig, maintenanceWindows, destinationPackageVersions, plan } =
    template
  const blocks: PlanBlocks = describePlan(plan)
  return {
    ...summary(call, template),
    document,
    documentSource: documentSource ?? null,
    presignedUrlConfig: { expiresInSec: null, roleArn: null, ...presignedUrlConfig },
    jobExecutionsRolloutConfig: { exponentialRate: null, maximumPerMinute: null, ...blocks.jobExecutionsRolloutConfig },
    abortConfig: blocks.abortConfig ?? null,
    timeoutConfig: { inProgressTimeoutInMinutes: null, ...blocks.timeoutConfig },
    jobExecutionsRetryConfig: blocks.jobExecutionsRetryConfig ?? null,
    maintenanceWindows: maintenanceWindows ?? null,
    destinationPackageVersions: destinationPackageVersions ?? null,
  }
}

import type { Instant } from '../../../core/clock.ts'
import type { JobPlan } from '../../../core/job/model.ts'
import type { Table } from '../../../core/table.ts'
import type { Context, Route } from '../../dialect.ts'
import { arn, callerOf, nameInArn } from '../arns.ts'
import { AwsError, invalidRequest, resourceNotFound } from '../errors.ts'
import { extraOf, type MaintenanceWindow, type PresignedUrlConfig } from './extra.ts'
import { Fields } from '../rest/fields.ts'
import { jobKey } from './keys.ts'
import { describePlan, readPlan } from './plan.ts'
import { operation, readBody, type Call } from '../rest/route.ts'
import { readWindows } from './schedule.ts'
import { DESCRIPTION, JOB_ID, readPackageVersions, readPresignedUrlConfig } from './settings.ts'
import { floatSeconds } from './shapes.ts'
import { readSource, sourceNeeds } from './source.ts'
import { pageOf } from '../rest/pages.ts'
import { readTags, setTags } from '../registry/tags.ts'

export interface JobTemplate {
  id: string
  createdAt: Instant
  description: string
  document: string
  documentSource?: string
  plan: JobPlan
  presignedUrlConfig?: PresignedUrlConfig
  maintenanceWindows?: MaintenanceWindow[]
  destinationPackageVersions?: string[]
}

/** Job templates by id. */
export const templatesOf = (ctx: Pick<Context, 'own'>): Table<JobTemplate> => ctx.own('jobTemplates')

const MEMBERS = [
  ...['description', 'jobArn', 'document', 'documentSource', 'presignedUrlConfig', 'jobExecutionsRolloutConfig', 'abortConfig'],
  ...['timeoutConfig', 'jobExecutionsRetryConfig', 'maintenanceWindows', 'tags', 'destinationPackageVersions'],
]

/** Job templates [aws 3.3]. There are no AWS-managed ones. */
export const jobTemplateRoutes: Route[] = [
  operation('CreateJobTemplate', 'PUT', '/job-templates/:id', (call) => create(call), { needs: sourceNeeds }),
  operation('DescribeJobTemplate', 'GET', '/job-templates/:id', (call) => shown(call, requireTemplate(call))),
  operation('DeleteJobTemplate', 'DELETE', '/job-templates/:id', (call) => {
    const { id } = requireTemplate(call)
    templatesOf(call.ctx).delete(id)
    setTags(call.ctx, `jobtemplate/${id}`, undefined)
    return {}
  }),
  operation('ListJobTemplates', 'GET', '/job-templates', (call) => {
    const { items, next } = pageOf(call.request, templatesOf(call.ctx).values(), ({ id }) => id)
    return { jobTemplates: items.map((template) => summary(call, template)), ...(next !== undefined && { nextToken: next }) }
  }),
  operation('ListManagedJobTemplates', 'GET', '/managed-job-templates', () => ({ managedJobTemplates: [] })),
  operation('DescribeManagedJobTemplate', 'GET', '/managed-job-templates/:name', ({ params }) => {
    throw resourceNotFound(`The managed job template ${params['name'] ?? ''} does not exist: the local hub has none`)
  }),
]

function create(call: Call): object {
  const { ctx, request, params } = call
  const fields = readBody(call, MEMBERS)
  const id = new Fields(params).required('id', new Fields(params).text('id', JOB_ID))
  const description = fields.required('description', fields.text('description', DESCRIPTION))
  const plan = readPlan(fields, ctx.settings)
  const windows = readWindows(fields)?.map(({ config }) => config)
  const presignedUrlConfig = readPresignedUrlConfig(fields)
  const tags = readTags(fields)
  const destinationPackageVersions = readPackageVersions(fields)
  const work = readWork(call, fields)
  if (templatesOf(ctx).has(id)) throw new AwsError('ConflictException', `The job template ${id} already exists`, { resourceId: id })
  const template = templatesOf(ctx).set(id, {
    id,
    createdAt: ctx.now,
    ...work,
    description,
    plan: { ...work.plan, ...plan },
    ...(windows !== undefined && { maintenanceWindows: windows }),
    ...(presignedUrlConfig !== undefined && { presignedUrlConfig }),
    ...(destinationPackageVersions !== undefined && { destinationPackageVersions }),
  })
  setTags(ctx, `jobtemplate/${id}`, tags)
  return { jobTemplateArn: arn.jobTemplate(callerOf(request), template.id), jobTemplateId: template.id }
}

/** The document and, where the template is made from a job, that job's settings. */
function readWork(call: Call, fields: Fields): Pick<JobTemplate, 'document' | 'documentSource' | 'presignedUrlConfig' | 'plan'> {
  const given = ['document', 'documentSource', 'jobArn'].filter((member) => fields.has(member))
  if (given.length !== 1) throw invalidRequest(given.join(', ') || 'document', given.length, 'given; must be exactly one of document, documentSource, jobArn')
  const source = readSource(call.ctx, fields, call.fulfilled)
  if (source !== undefined) return { ...source, plan: {} }
  const jobArn = fields.text('jobArn') ?? ''
  const id = nameInArn(jobArn, 'job')
  if (id === undefined) throw fields.refuse('jobArn', 'must be the ARN of a job')
  const job = call.ctx.engine.jobs.get(jobKey(id))
  if (job === undefined) throw resourceNotFound(`The job ${id} does not exist`)
  const { documentSource, presignedUrlConfig } = extraOf(job)
  const { document, rollout, abort, timeout, retry } = job
  return {
    document,
    ...(documentSource !== undefined && { documentSource }),
    ...(presignedUrlConfig !== undefined && { presignedUrlConfig }),
    plan: { ...(rollout && { rollout }), ...(abort && { abort }), ...(timeout && { timeout }), ...(retry && { retry }) },
  }
}

function requireTemplate({ ctx, params }: Call): JobTemplate {
  const template = templatesOf(ctx).get(params['id'] ?? '')
  if (template === undefined) throw resourceNotFound(`The job template ${params['id'] ?? ''} does not exist`)
  return template
}

const summary = ({ request }: Call, { id, description, createdAt }: JobTemplate): object => ({
  jobTemplateArn: arn.jobTemplate(callerOf(request), id),
  jobTemplateId: id,
  description,
  createdAt: floatSeconds(createdAt),
})

const shown = (call: Call, template: JobTemplate): object => {
  const { document, documentSource, presignedUrlConfig, maintenanceWindows, destinationPackageVersions, plan } = template
  return {
    ...summary(call, template),
    document,
    ...(documentSource !== undefined && { documentSource }),
    ...(presignedUrlConfig !== undefined && { presignedUrlConfig }),
    ...(maintenanceWindows !== undefined && { maintenanceWindows }),
    ...(destinationPackageVersions !== undefined && { destinationPackageVersions }),
    ...describePlan(plan),
  }
}

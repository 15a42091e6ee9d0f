import { createHash } from 'node:crypto'
import type { JobConfig, Rollout } from '../../../core/job/model.ts'
import { isObject } from '../../../core/twin/json.ts'
import type { Route } from '../../dialect.ts'
import { arn, callerOf, parseArn } from '../wire/arns.ts'
import { alreadyExists, AwsError } from '../wire/errors.ts'
import { checkDocument } from './device-document.ts'
import { jobExtra, type JobExtra, type PresignedUrlConfig } from './extra.ts'
import { checkShape } from '../wire/constraints.ts'
import { Fields } from '../wire/fields.ts'
import { jobKey } from './keys.ts'
import { checkParameters, isManaged, managedTemplate } from './managed-templates.ts'
import { CREATE_JOB } from './model.ts'
import { defaultRollout, readPlan } from './plan.ts'
import { operation, readBody, type Call } from '../wire/route.ts'
import { readSchedule } from './schedule.ts'
import { readPackageVersions, readPresignedUrlConfig } from './settings.ts'
import { givenSource, readSource, sourceNeeds, type SourcedDocument } from './document-source.ts'
import { readTargets } from './targets.ts'
import { readTags } from '../registry/tags.ts'
import { templateNotFound, templatesOf, type JobTemplate } from './job-templates.ts'
import { asSaid, say } from '../../../core/said.ts'

const MEMBERS = [
  ...[
    'targets',
    'document',
    'documentSource',
    'jobTemplateArn',
    'documentParameters',
    'description',
    'targetSelection',
  ],
  ...['jobExecutionsRolloutConfig', 'abortConfig', 'timeoutConfig', 'jobExecutionsRetryConfig', 'schedulingConfig'],
  ...['presignedUrlConfig', 'tags', 'namespaceId', 'destinationPackageVersions'],
]

/** [aws 3.4] Everything is read and checked before anything is made. */
export const createJob: Route = operation('CreateJob', 'PUT', '/jobs/:jobId', (call) => create(call), {
  needs: sourceNeeds,
})

/**
 * [aws 3.12] Checked are the service model, the settings, the name, the work, and only then whom it is for. The
 * same request again answers the same; another one of that name is refused.
 */
function create(call: Call): object {
  const { ctx, request, params } = call
  const { jobId: id = '' } = params
  const caller = callerOf(request)
  const fields = readBody(call, MEMBERS)
  checkShape(CREATE_JOB, { jobId: id, ...fields.values })
  const own = readPlan(fields)
  const presignedUrlConfig = readPresignedUrlConfig(fields)
  const description = fields.text('description')
  const answer = { jobArn: arn.job(caller, id), jobId: id, ...(description !== undefined && { description }) }
  const known = ctx.engine.jobs.get(jobKey(id))
  const asked = fingerprint(fields.values)
  if (known !== undefined) {
    if (jobExtra(known).asked === asked) return answer
    throw alreadyExists(`Job ${id} already exists.`, id, answer.jobArn)
  }
  const given = givenSource(fields)
  const template = readTemplate(call, fields)
  const selection = fields.oneOf('targetSelection', ['SNAPSHOT', 'CONTINUOUS']) ?? 'SNAPSHOT'
  const tags = readTags(fields)
  const targets = readTargets(ctx, caller, fields)
  const { document, documentSource } = given ? readSource(ctx, fields, call.fulfilled) : requireWork(template)
  const plan: JobConfig & { rollout: Rollout } = { rollout: defaultRollout(ctx.settings), ...template?.plan, ...own }
  const scheduling = scheduleFields(fields, template)
  const schedule = scheduling && readSchedule(ctx, scheduling, selection)
  const extra: JobExtra = {
    caller,
    asked,
    ...readExtra(call, fields, template),
    ...presigned(presignedUrlConfig ?? template?.presignedUrlConfig),
    ...(tags !== undefined && { tags }),
    ...(documentSource !== undefined && { documentSource }),
    targets: targets.map((target) => target.arn),
    ...(schedule !== undefined && { schedulingConfig: schedule.config }),
  }

  checkDocument(ctx, document, { id, roleArn: extra.presignedUrlConfig?.roleArn }, extra)
  for (const warning of schedule?.tooSoon ?? []) ctx.warn(jobKey(id), warning)
  ctx.engine.jobs.create(ctx.turn, {
    key: jobKey(id),
    targets: targets.map(({ target }) => target),
    selection,
    document,
    ...(description !== undefined && { description }),
    ...(extra.namespaceId !== undefined && { lane: extra.namespaceId }),
    ...plan,
    ...(schedule !== undefined && { schedule: schedule.schedule }),
    extra: { ...extra },
  })
  return answer
}

const presigned = (presignedUrlConfig: PresignedUrlConfig | undefined): JobExtra =>
  presignedUrlConfig === undefined ? {} : { presignedUrlConfig }

/** Tells one request from another, in whatever order its members come. */
const fingerprint = (values: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted(values)))
    .digest('base64url')

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.keys(value)
    .sort()
    .map((key) => [key, sorted(value[key])])
}

/** What a job takes over from a template, one's own or AWS's [aws 3.11]. */
type Template = Partial<Omit<JobTemplate, 'document' | 'plan'>> & Pick<JobTemplate, 'document' | 'plan'>

function readTemplate({ ctx }: Call, fields: Fields): Template | undefined {
  const text = fields.text('jobTemplateArn')
  if (text === undefined) return undefined
  const parsed = parseArn(text)
  if (parsed === undefined) throw fields.refuse('jobTemplateArn', 'must be the ARN of a job template')
  if (parsed.kind !== 'jobtemplate') {
    const message = `Resource type should be jobtemplate but found invalid resource type ${parsed.kind}`
    throw new AwsError('InvalidRequestException', message)
  }
  const template = isManaged(text) ? readManaged(parsed.name, fields) : templatesOf(ctx).get(parsed.name)
  if (template === undefined) throw templateNotFound(parsed.name)
  return template
}

function readManaged(name: string, fields: Fields): Template | undefined {
  const template = managedTemplate(name)
  if (template === undefined) return undefined
  checkParameters(template, fields.texts('documentParameters', {}, {}) ?? {})
  return { document: template.document, plan: {} }
}

/** [aws 3.11] They go with managed templates only; what AWS says elsewhere is not known. */
function readParameters({ ctx, params }: Call, fields: Fields): Record<string, string> | undefined {
  const given = fields.texts('documentParameters', {}, {})
  if (given === undefined || isManaged(fields.text('jobTemplateArn') ?? '')) return given
  if (ctx.settings.mode === 'strict') throw new AwsError('InvalidRequestException', MANAGED_ONLY)
  ctx.warn(jobKey(params['jobId'] ?? ''), say`${asSaid(MANAGED_ONLY)}; here they are filled in all the same`)
  return given
}

const MANAGED_ONLY = 'documentParameters can only be used with AWS managed templates'

function requireWork(template: Template | undefined): SourcedDocument {
  if (template !== undefined) return template
  throw new AwsError('InvalidRequestException', 'Neither job document nor job document source is specified.')
}

/** The schedule of the request, with the template's maintenance windows where it names none. */
function scheduleFields(fields: Fields, template: Template | undefined): Fields | undefined {
  const given = fields.fields('schedulingConfig')
  const windows = template?.maintenanceWindows
  if (windows === undefined || given?.has('maintenanceWindows') === true) return given
  const config = fields.get('schedulingConfig')
  return new Fields(
    { ...(isObject(config) ? config : {}), maintenanceWindows: windows },
    fields.name('schedulingConfig.'),
  )
}

function readExtra(call: Call, fields: Fields, template: Template | undefined): JobExtra {
  const { ctx } = call
  const documentParameters = readParameters(call, fields)
  const namespaceId = fields.text('namespaceId')
  const destinationPackageVersions = readPackageVersions(fields) ?? template?.destinationPackageVersions
  // DEVIATION: package versions are stored and shown, but the $package shadow is not written.
  if (destinationPackageVersions !== undefined)
    ctx.ignored('CreateJob.destinationPackageVersions (stored and shown only)')
  return {
    ...(template !== undefined && { jobTemplateArn: String(fields.get('jobTemplateArn')) }),
    ...(documentParameters !== undefined && { documentParameters }),
    ...(namespaceId !== undefined && { namespaceId }),
    ...(destinationPackageVersions !== undefined && { destinationPackageVersions }),
  }
}

import type { JobPlan, Rollout } from '../../../core/job/model.ts'
import { isObject } from '../../../core/twin/json.ts'
import type { Route } from '../../dialect.ts'
import { arn, callerOf, nameInArn, parseArn } from '../arns.ts'
import { alreadyExists, invalidRequest, resourceNotFound } from '../errors.ts'
import type { JobExtra } from './extra.ts'
import { Fields } from '../rest/fields.ts'
import { jobKey } from './keys.ts'
import { defaultRollout, readPlan } from './plan.ts'
import { operation, readBody, type Call } from '../rest/route.ts'
import { readSchedule } from './schedule.ts'
import { DESCRIPTION, JOB_ID, readNamespace, readPackageVersions, readPresignedUrlConfig } from './settings.ts'
import { readSource, sourceNeeds, type Source } from './source.ts'
import { readTargets } from './targets.ts'
import { readTags } from '../registry/tags.ts'
import { templatesOf, type JobTemplate } from './job-templates.ts'

const MEMBERS = [
  ...['targets', 'document', 'documentSource', 'jobTemplateArn', 'documentParameters', 'description', 'targetSelection'],
  ...['jobExecutionsRolloutConfig', 'abortConfig', 'timeoutConfig', 'jobExecutionsRetryConfig', 'schedulingConfig'],
  ...['presignedUrlConfig', 'tags', 'namespaceId', 'destinationPackageVersions'],
]

/** [aws 3.4] Everything is read and checked before anything is made. */
export const createJob: Route = operation('CreateJob', 'PUT', '/jobs/:jobId', (call) => create(call), { needs: sourceNeeds })

function create(call: Call): object {
  const { ctx, request, params } = call
  const caller = callerOf(request)
  const fields = readBody(call, MEMBERS)
  const id = new Fields(params).required('jobId', new Fields(params).text('jobId', JOB_ID))
  const template = readTemplate(call, fields)
  const { document, documentSource } = readWork(call, fields, template)
  const description = fields.text('description', DESCRIPTION) ?? template?.description
  const selection = fields.oneOf('targetSelection', ['SNAPSHOT', 'CONTINUOUS']) ?? 'SNAPSHOT'
  const plan: JobPlan & { rollout: Rollout } = { rollout: defaultRollout(ctx.settings), ...template?.plan, ...readPlan(fields, ctx.settings) }
  const scheduling = scheduleFields(fields, template)
  const schedule = scheduling && readSchedule(ctx, scheduling)
  const extra = { caller, ...readExtra(call, fields, template), ...(documentSource !== undefined && { documentSource }) }
  const jobArn = arn.job(caller, id)
  // [aws 9 row 9] Also when everything about it is the same.
  if (ctx.engine.jobs.get(jobKey(id)) !== undefined) throw alreadyExists(`The job ${id} already exists`, id, jobArn)
  const targets = readTargets(ctx, caller, fields)

  for (const warning of schedule?.tooSoon ?? []) ctx.warn(jobKey(id), warning)
  ctx.engine.jobs.create(ctx.turn, {
    key: jobKey(id),
    targets: targets.map(({ target }) => target),
    selection,
    document,
    ...(description !== undefined && { description }),
    ...plan,
    ...(schedule !== undefined && { schedule: schedule.schedule }),
    extra: { ...extra, targets: targets.map((target) => target.arn), ...(schedule !== undefined && { schedulingConfig: schedule.config }) },
  })
  return { jobArn, jobId: id, ...(description !== undefined && { description }) }
}

function readTemplate({ ctx }: Call, fields: Fields): JobTemplate | undefined {
  const text = fields.text('jobTemplateArn', { min: 1, max: 1600 })
  if (fields.has('documentParameters')) {
    throw invalidRequest('documentParameters', fields.get('documentParameters'), 'goes with AWS-managed job templates only, which the local hub has none of')
  }
  if (text === undefined) return undefined
  const id = nameInArn(text, 'jobtemplate')
  if (id === undefined) throw fields.refuse('jobTemplateArn', 'must be the ARN of a job template')
  // A managed template has no account in its ARN, and may be called like one of ours.
  const template = parseArn(text)?.account === '' ? undefined : templatesOf(ctx).get(id)
  if (template === undefined) throw resourceNotFound(`The job template ${id} does not exist`)
  return template
}

/** Exactly one of document, documentSource and jobTemplateArn [aws 3.4]. */
function readWork({ ctx, fulfilled }: Call, fields: Fields, template: JobTemplate | undefined): Source {
  const given = ['document', 'documentSource', 'jobTemplateArn'].filter((member) => fields.has(member))
  if (given.length !== 1) throw invalidRequest(given.join(', ') || 'document', given.length, 'given; must be exactly one of document, documentSource, jobTemplateArn')
  const source = readSource(ctx, fields, fulfilled) ?? template
  if (source === undefined) throw invalidRequest('document', undefined, 'is required')
  return source
}

/** The schedule of the request, with the template's maintenance windows where it names none. */
function scheduleFields(fields: Fields, template: JobTemplate | undefined): Fields | undefined {
  const given = fields.fields('schedulingConfig')
  const windows = template?.maintenanceWindows
  if (windows === undefined || given?.has('maintenanceWindows') === true) return given
  const config = fields.get('schedulingConfig')
  return new Fields({ ...(isObject(config) ? config : {}), maintenanceWindows: windows }, fields.name('schedulingConfig.'))
}

function readExtra({ ctx }: Call, fields: Fields, template: JobTemplate | undefined): JobExtra {
  const presignedUrlConfig = readPresignedUrlConfig(fields) ?? template?.presignedUrlConfig
  const tags = readTags(fields)
  const namespaceId = readNamespace(fields)
  const destinationPackageVersions = readPackageVersions(fields) ?? template?.destinationPackageVersions
  // DEVIATION: [aws 2.12] a namespaced job is announced on notify and notify-next like any other.
  if (namespaceId !== undefined) ctx.ignored('CreateJob.namespaceId (stored and shown, but notifications are not moved to a namespace)')
  // DEVIATION: package versions are stored and shown, but the $package shadow is not written.
  if (destinationPackageVersions !== undefined) ctx.ignored('CreateJob.destinationPackageVersions (stored and shown only)')
  return {
    ...(template !== undefined && { jobTemplateArn: String(fields.get('jobTemplateArn')) }),
    ...(presignedUrlConfig !== undefined && { presignedUrlConfig }),
    ...(tags !== undefined && { tags }),
    ...(namespaceId !== undefined && { namespaceId }),
    ...(destinationPackageVersions !== undefined && { destinationPackageVersions }),
  }
}

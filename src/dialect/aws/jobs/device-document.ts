import { nameOf } from '../../../core/ids.ts'
import type { Execution, Job } from '../../../core/job/model.ts'
import type { Context } from '../../dialect.ts'
import { notModelled } from '../wire/errors.ts'
import { jobExtra, type JobExtra } from './extra.ts'
import { isManaged } from './managed-templates.ts'
import { fillLocals, localIn, localsFault, readPlaceholder, type PlaceholderForm } from './placeholder-forms.ts'
import { mayHavePlaceholders, placeholdersIn, replacePlaceholders } from './placeholders.ts'
import { PlanError } from './plan.ts'
import { issueFor, presignedUrl } from './presign.ts'
import { say, verbatim } from '../../../core/said.ts'

/** The parts of a job that its document's placeholders are filled with. */
type Filling = Pick<JobExtra, 'documentParameters' | 'jobTemplateArn'>

/** The job document as a device gets it, placeholders replaced [aws 3.10]; `undefined` if the job is gone. */
export function documentFor(ctx: Context, execution: Execution): string | undefined {
  const job = ctx.engine.jobs.get(execution.job)
  if (job === undefined || !mayHavePlaceholders(job.document)) return job?.document
  let uploads = 0
  return replacePlaceholders(withParameters(job.document, jobExtra(job)), (inside) => {
    const form = readPlaceholder(inside)
    if (form.type === 'download') return presignedUrl(ctx, { ...form, method: 'GET' }, issueFor(ctx, execution, job))
    if (form.type !== 'upload') return undefined
    uploads += 1
    return presignedUrl(ctx, { ref: uploadOf(form, execution, uploads), method: 'PUT' }, issueFor(ctx, execution, job))
  })
}

const PARAMETER = /\$\{aws:iot:parameter:([a-zA-Z0-9_-]{1,128})\}/g

/**
 * The document with its parameters filled in, also those inside of other placeholders [aws 3.10]. In a managed
 * template one that nobody has set is empty; elsewhere it stays.
 */
function withParameters(document: string, { documentParameters = {}, jobTemplateArn }: Filling): string {
  const otherwise = jobTemplateArn !== undefined && isManaged(jobTemplateArn) ? '' : undefined
  return document.replace(PARAMETER, (place, name: string) => {
    const value = Object.hasOwn(documentParameters, name) ? documentParameters[name] : otherwise
    return value === undefined ? place : JSON.stringify(value).slice(1, -1)
  })
}

/** Where an execution's upload goes; AWS makes up what is left out, each time something else. */
function uploadOf(
  form: PlaceholderForm & { type: 'upload' },
  { job, device, number }: Execution,
  count: number,
): { bucket: string; key: string } {
  const locals = { thingName: nameOf(device), jobId: nameOf(job), executionNumber: String(number) }
  const generated = `${locals.jobId}/${locals.thingName}/${number}/upload-${count}`
  return { bucket: form.bucket ?? 'uploads', key: fillLocals(form.key ?? generated, locals) }
}

/**
 * Refuses placeholders that AWS refuses when a job or template is made [aws 3.10], and those of the catalogue of
 * packages by name; what nobody knows is counted. `subject` has a role for presigned URLs, unless none is asked for.
 */
export function checkDocument(
  ctx: Context,
  document: string,
  subject: { id: string; roleArn: string | undefined } | undefined,
  filling: Filling,
): void {
  const text = withParameters(document, filling)
  const found = placeholdersIn(text, () => {
    throw new PlanError('document', 'One or more parameters or placeholders are not terminated.')
  })
  const forms = found.map(({ inside }) => readPlaceholder(inside))
  checkRole(forms, subject)
  for (const [index, form] of forms.entries()) checkForm(ctx, form, found[index]!.inside)
  const local = localIn(withoutUploads(text))
  if (local !== undefined) {
    throw new PlanError('document', say`Local placeholder, ${shown(local)}, is only valid inside of presign url upload`)
  }
}

/** AWS has one message for the classic form and one for the others; the classic one goes first. */
function checkRole(
  forms: readonly PlaceholderForm[],
  subject: { id: string; roleArn: string | undefined } | undefined,
): void {
  const presigned = forms.filter(({ type }) => type === 'download' || type === 'upload' || type === 'broken')
  if (subject === undefined || subject.roleArn !== undefined || presigned.length === 0) return
  const classic = presigned.some((form) => 'classic' in form && form.classic)
  throw new PlanError(
    'document',
    classic
      ? say`Role must be provided for pre-sign S3 urls in job document of job ${subject.id}.`
      : 'presignedUrlConfig role ARN is required to generate an S3 presigned url in job document.',
  )
}

function checkForm(ctx: Context, form: PlaceholderForm, inside: string): void {
  if (form.type === 'broken') throw new PlanError('document', verbatim(form.message))
  if (form.type === 'package') throw notModelled(`The placeholder \${${inside}}`)
  if (form.type === 'download' && form.version !== undefined) ctx.ignored('presigned URL versionId')
  if (form.type === 'unknown' || form.type === 'parameter') {
    ctx.ignored(say`job document placeholder ${shown(inside.slice(0, 64))}: handed on as it is`)
  }
  const fault = form.type === 'upload' ? localsFault(form) : undefined
  if (fault !== undefined) throw new PlanError('document', verbatim(fault))
}

const withoutUploads = (text: string): string =>
  replacePlaceholders(text, (inside) => (readPlaceholder(inside).type === 'upload' ? '' : undefined))

/** What GetJobDocument shows once parameters are filled in. */
export const substituted = (job: Job): string => withParameters(job.document, jobExtra(job))

const shown = (inside: string): string => `\${${inside}}`

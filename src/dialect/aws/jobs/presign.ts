import { createHmac } from 'node:crypto'
import type { Instant } from '../../../core/clock.ts'
import type { Execution, Job } from '../../../core/job/model.ts'
import type { HttpRequest, HttpResponse, ObjectRef } from '../../../core/seam/http.ts'
import type { Credential, Sight } from '../../credential.ts'
import type { Context, Params, Route } from '../../dialect.ts'
import { extraOf } from './extra.ts'
import { mayHavePlaceholders, placeholdersIn, replacePlaceholders } from './placeholders.ts'
import { hasVersion, parseS3Url } from './s3.ts'

/** What is between the braces of a placeholder that stands for a URL. */
const PRESIGNED = /^aws:iot:s3-presigned-url(?:-v2)?:(.*)$/s

/** [aws 3.4] `presignedUrlConfig.expiresInSec` unless the job says otherwise. */
const DEFAULT_EXPIRY_SECONDS = 3600

/** When an execution was given its URLs, and for how long. */
interface Issue {
  at: Instant
  seconds: number
}

/** The job document as a device gets it, placeholders replaced [aws 3.10]; `undefined` if the job is gone. */
export function documentFor(ctx: Context, execution: Execution): string | undefined {
  const job = ctx.engine.jobs.get(execution.job)
  if (job === undefined || !mayHavePlaceholders(job.document)) return job?.document
  return replacePlaceholders(job.document, (inside) => {
    const ref = parseS3Url(PRESIGNED.exec(inside)?.[1] ?? '')
    return ref && urlOf(ctx, ref, issueFor(ctx, execution, job))
  })
}

/** The first placeholder that names no object, and whether one asks for a version of an object; asked when a job is made. */
export function checkPlaceholders(document: string): { broken?: string; versioned: boolean } {
  const urls = placeholdersIn(document).flatMap(({ inside }) => PRESIGNED.exec(inside)?.[1] ?? [])
  const broken = urls.find((url) => parseS3Url(url) === undefined)
  return { ...(broken !== undefined && { broken }), versioned: urls.some(hasVersion) }
}

/** Nobody will fetch this execution's document any more. */
export function forgetUrls(ctx: Context, execution: Execution): void {
  ctx.own<Issue>(ISSUES).delete(issueKey(execution))
}

/** What presigned URLs lead to: 403 once they have expired by the hub's clock, or were tampered with. Whoever has one needs nothing else. */
export const presignedRoutes: Route[] = ['GET', 'HEAD'].map((method) => ({
  operation: 'GetObject (presigned)',
  method,
  path: '/:bucket/*key',
  when: ({ query }) => ['X-Amz-Expires', 'X-Amz-Date', 'X-Amz-Signature'].every((name) => query.has(name)),
  credential: (ctx, request, params): Credential => {
    const fault = presignedFault(ctx, request, params)
    return fault === undefined ? { given: true, who: 'a presigned URL' } : { given: false, why: fault.message, answer: denied(fault) }
  },
  handle: (ctx, request, params): HttpResponse => {
    const fault = presignedFault(ctx, request, params)
    return fault === undefined ? { status: 200, headers: { 'content-type': 'binary/octet-stream' }, body: { ref: refIn(params) } } : denied(fault)
  },
}))

const refIn = ({ bucket = '', key = '' }: Params): ObjectRef => ({ bucket, key })

function presignedFault(ctx: Pick<Sight, 'own' | 'now'>, { query }: HttpRequest, params: Params): S3Error | undefined {
  const date = query.get('X-Amz-Date') ?? ''
  const expires = query.get('X-Amz-Expires') ?? ''
  const secret = ctx.own<Secret>(SECRETS).get(ISSUES)?.secret
  if (secret === undefined || query.get('X-Amz-Signature') !== signature(secret, refIn(params), date, expires)) {
    return { code: 'SignatureDoesNotMatch', message: 'The signature does not match the object, date and expiry of this URL' }
  }
  const until = readDate(date) + Number(expires) * 1000
  return ctx.now >= until ? { code: 'AccessDenied', message: `Request has expired at ${new Date(until).toISOString()}` } : undefined
}

const ISSUES = 'presigned'

/** The spaces keep jobs, devices and numbers apart: no name holds one. */
const issueKey = ({ job, device, number }: Execution): string => `${job} ${device} ${number}`

/**
 * One URL per execution, the same at every fetch until it expires: AWS IoT Device Client compares documents, and runs
 * the job again when the signature in one has changed [aws 3.10].
 */
function issueFor(ctx: Context, execution: Execution, job: Job): Issue {
  const issues = ctx.own<Issue>(ISSUES)
  const issued = issues.get(issueKey(execution))
  if (issued !== undefined && ctx.now < issued.at + issued.seconds * 1000) return issued
  const seconds = extraOf(job).presignedUrlConfig?.expiresInSec ?? DEFAULT_EXPIRY_SECONDS
  return issues.set(issueKey(execution), { at: Math.floor(ctx.now / 1000) * 1000, seconds })
}

function urlOf(ctx: Context, ref: ObjectRef, { at, seconds }: Issue): string {
  const { http, https, host: here, lan: host = here } = ctx.settings.endpoint
  const authority = host.includes(':') ? `[${host}]` : host
  const base = https > 0 ? `https://${authority}:${https}` : `http://${authority}:${http}`
  const path = [ref.bucket, ...ref.key.split('/')].map(encodeURIComponent).join('/')
  const date = formatDate(at)
  return `${base}/${path}?X-Amz-Date=${date}&X-Amz-Expires=${seconds}&X-Amz-Signature=${signature(secretOf(ctx), ref, date, String(seconds))}`
}

/** Over the decoded names, so that it does not matter how a client escapes the path. */
const signature = (secret: string, { bucket, key }: ObjectRef, date: string, expires: string): string =>
  createHmac('sha256', secret).update([bucket, key, date, expires].join('\n')).digest('hex')

interface Secret {
  secret: string
}

const SECRETS = 'secrets'

function secretOf(ctx: Context): string {
  const secrets = ctx.own<Secret>(SECRETS)
  const known = secrets.get(ISSUES) ?? secrets.set(ISSUES, { secret: ctx.ids.uuid() + ctx.ids.uuid() })
  return known.secret
}

/** `20260131T235959Z`, as SigV4 writes it. */
const formatDate = (at: Instant): string => `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`

const readDate = (date: string): Instant => Date.parse(date.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'))

interface S3Error {
  code: string
  message: string
}

const denied = ({ code, message }: S3Error): HttpResponse => ({
  status: 403,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
})

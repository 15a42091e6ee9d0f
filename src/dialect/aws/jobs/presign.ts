import { createHmac } from 'node:crypto'
import type { Instant } from '../../../core/clock.ts'
import type { Execution, Job } from '../../../core/job/model.ts'
import type { HttpRequest, HttpResponse } from '../../../core/seam/http.ts'
import type { ObjectRef } from '../../../core/seam/needs.ts'
import type { Credential, Sight } from '../../credential.ts'
import type { Context, Params, Route } from '../../dialect.ts'
import { jobExtra } from './extra.ts'
import { noSuchKey, S3Error, s3Failure, signatureDoesNotMatch } from './s3-errors.ts'
import { hasNoOtherSigner, queryOfRole } from './url-of-role.ts'
import { verbatim } from '../../../core/said.ts'

/** [aws 3.4] `presignedUrlConfig.expiresInSec` unless the job says otherwise. */
const DEFAULT_EXPIRY_SECONDS = 3600

/** When an execution was given its URLs, and for how long. */
interface Issue {
  at: Instant
  seconds: number
}

/** Nobody will fetch this execution's document any more. */
export function forgetUrls(ctx: Context, execution: Execution): void {
  ctx.own<Issue>(ISSUES).delete(issueKey(execution))
}

/** What an object may be used for by its URL, as that was signed. */
export interface PresignedObject {
  ref: ObjectRef
  method: 'GET' | 'PUT'
  version?: string
}

/** As much as S3 takes in one piece. */
const MAX_UPLOAD_BYTES = 5 * 1024 ** 3

/** Whether a request shows that its URL was presigned here. */
export const isPresigned = ({ query }: Pick<HttpRequest, 'query'>): boolean =>
  query.has(SIGNATURE) && query.has('X-Amz-Expires') && hasNoOtherSigner({ query })

const presigned = (operation: string, method: string, more: Pick<Route, 'needs' | 'upload' | 'handle'>): Route => ({
  operation,
  method,
  path: '/:bucket/*key',
  when: isPresigned,
  // A client that has such a URL needs nothing else.
  credential: (ctx, request, params): Credential => {
    const fault = presignedFault(ctx, request, params)
    if (fault === undefined) return { given: true, who: 'a presigned URL' }
    return { given: false, why: verbatim(fault.message), answer: s3Failure(fault) }
  },
  authorize: (ctx, request, params) => {
    const fault = presignedFault(ctx, request, params)
    if (fault !== undefined) throw fault
  },
  ...more,
})

/** What presigned URLs lead to, each for what it was signed for only, as S3 has it [aws 3.10]. */
export const presignedRoutes: Route[] = [
  presigned('GetObject (presigned)', 'GET', {
    needs: (_ctx, _request, params) => [{ type: 'object', ref: refIn(params), maxBytes: 0 }],
    handle: (_ctx, _request, params, [object]) => {
      if (object === undefined) throw noSuchKey(refIn(params).key)
      return { status: 200, headers: { 'content-type': 'binary/octet-stream' }, body: { ref: refIn(params) } }
    },
  }),
  presigned('PutObject (presigned)', 'PUT', {
    upload: (_ctx, _request, params) => ({ ref: refIn(params), maxBytes: MAX_UPLOAD_BYTES }),
    handle: (_ctx, _request, _params, [stored]): HttpResponse => {
      const etag = stored !== undefined && 'etag' in stored ? { etag: `"${stored.etag}"` } : {}
      return { status: 200, headers: etag, body: '' }
    },
  }),
]

const refIn = ({ bucket = '', key = '' }: Params): ObjectRef => ({ bucket, key })

/** 403 where a URL is used otherwise than it was signed, and once it has expired by the hub's clock. */
function presignedFault(ctx: Pick<Sight, 'own' | 'now'>, request: HttpRequest, params: Params): S3Error | undefined {
  const { method, query } = request
  const secret = ctx.own<Secret>(SECRETS).get(ISSUES)?.secret
  if (secret === undefined || query.get(SIGNATURE) !== signature(secret, method, refIn(params), query)) {
    return signatureDoesNotMatch()
  }
  const expires = query.get('X-Amz-Expires') ?? ''
  const until = readDate(query.get('X-Amz-Date') ?? '') + Number(expires) * 1000
  if (ctx.now < until) return undefined
  const more = { 'X-Amz-Expires': expires, Expires: iso(until), ServerTime: iso(ctx.now) }
  return new S3Error(403, 'AccessDenied', 'Request has expired', more)
}

const iso = (at: Instant): string => `${new Date(at).toISOString().slice(0, 19)}Z`

const SIGNATURE = 'X-Amz-Signature'

const ISSUES = 'presigned'

/** The spaces keep jobs, devices and numbers apart: no name holds one. */
const issueKey = ({ job, device, number }: Execution): string => `${job} ${device} ${number}`

/**
 * One URL per execution, the same at every fetch until it expires: AWS IoT Device Client compares documents, and runs
 * the job again when the signature in one has changed [aws 3.10].
 */
export function issueFor(ctx: Context, execution: Execution, job: Job): Issue {
  const issues = ctx.own<Issue>(ISSUES)
  const issued = issues.get(issueKey(execution))
  if (issued !== undefined && ctx.now < issued.at + issued.seconds * 1000) return issued
  const seconds = jobExtra(job).presignedUrlConfig?.expiresInSec ?? DEFAULT_EXPIRY_SECONDS
  return issues.set(issueKey(execution), { at: Math.floor(ctx.now / 1000) * 1000, seconds })
}

export function presignedUrl(ctx: Context, { ref, method, version }: PresignedObject, { at, seconds }: Issue): string {
  const { http, https, host: here, lan: host = here } = ctx.settings.endpoint
  const authority = host.includes(':') ? `[${host}]` : host
  const base = https > 0 ? `https://${authority}:${https}` : `http://${authority}:${http}`
  const path = [ref.bucket, ...ref.key.split('/')].map(encodeURIComponent).join('/')
  const [secret, date] = [secretOf(ctx), formatDate(at)]
  const query = new URLSearchParams(
    ctx.options['presigned'] === 'long'
      ? queryOfRole(JSON.stringify([secret, date, method, ref]), date, seconds)
      : { 'X-Amz-Date': date, 'X-Amz-Expires': String(seconds) },
  )
  if (version !== undefined) query.set('versionId', version)
  query.set(SIGNATURE, signature(secret, method, ref, query))
  return `${base}/${path}?${query}`
}

/** Over the decoded names, so that it does not matter how a client escapes the path; and over all of the query. */
function signature(secret: string, method: string, { bucket, key }: ObjectRef, query: URLSearchParams): string {
  const others = [...query].filter(([name]) => name !== SIGNATURE).sort()
  return createHmac('sha256', secret)
    .update(JSON.stringify([method, bucket, key, others]))
    .digest('hex')
}

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

const readDate = (date: string): Instant =>
  Date.parse(date.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'))

import { HubError, type HubErrorCode } from '../../../core/errors.ts'
import type { Job } from '../../../core/job/model.ts'
import type { HttpRequest, HttpResponse } from '../../../core/seam/http.ts'
import type { Fulfilled } from '../../../core/seam/needs.ts'
import type { Context, Params, Route } from '../../dialect.ts'
import { AwsError, resourceNotFound } from './errors.ts'
import { jobExtra } from '../jobs/extra.ts'
import { checkShape } from './constraints.ts'
import { Fields } from './fields.ts'
import { jobKey } from '../jobs/keys.ts'
import { ONE_JOB } from '../jobs/model.ts'
import { readObject } from '../jobs/requests.ts'
import { verbatim } from '../../../core/said.ts'

/** The exceptions that an operation has in place of the plane's usual ones. */
export type Exceptions = Partial<Record<HubErrorCode, string>>

/** One request to an operation. */
export interface Call {
  ctx: Context
  request: HttpRequest
  params: Params
  fulfilled: Fulfilled
  operation: string
}

/** An operation over HTTP: `answer` returns the JSON body, `undefined` none; `later`: a `respond` action brings it. */
export function operation(
  name: string,
  method: string,
  path: string,
  answer: (call: Call) => object | 'later' | undefined,
  { exceptions = {}, ...also }: { exceptions?: Exceptions } & Pick<Route, 'needs'> = {},
): Route {
  return {
    operation: name,
    method,
    path,
    ...also,
    handle: (ctx, request, params, fulfilled) => {
      try {
        const body = answer({ ctx, request, params, fulfilled, operation: name })
        if (body === undefined) return { status: 200, body: '' }
        return body === 'later' ? body : jsonResponse(body)
      } catch (error) {
        const type = error instanceof HubError ? exceptions[error.code] : undefined
        throw type === undefined ? error : new AwsError(type, (error as HubError).message)
      }
    },
  }
}

export const jsonResponse = (body: object): HttpResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** The body's members; no body counts as `{}`. InvalidRequestException if it is no JSON object. */
export function bodyOf({ body }: Pick<HttpRequest, 'body'>): Fields {
  if (body.length === 0) return new Fields({})
  try {
    return new Fields(readObject(body))
  } catch (error) {
    throw new AwsError(
      'InvalidRequestException',
      `The request body must be a JSON object: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/**
 * Members of the query as fields: whole numbers and booleans are read from their texts. An empty one counts as absent.
 */
export function queryOf(
  { query }: Pick<HttpRequest, 'query'>,
  types: Record<string, 'text' | 'integer' | 'boolean'>,
): Fields {
  return new Fields(
    Object.fromEntries(Object.entries(types).map(([name, type]) => [name, valueOf(query.get(name) ?? '', type)])),
  )
}

function valueOf(text: string, type: 'text' | 'integer' | 'boolean'): unknown {
  if (text === '') return undefined
  if (type === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text)
  if (type === 'boolean' && /^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  return text
}

/** Whether `force=true` is in the query. */
export const isForced = (request: HttpRequest): boolean =>
  queryOf(request, { force: 'boolean' }).boolean('force') ?? false

/** The body's members. Whatever is not in `known` has no effect, as on AWS, but is counted [aws 3.1]. */
export function readBody(
  { ctx, request, operation }: Pick<Call, 'ctx' | 'request' | 'operation'>,
  known: readonly string[],
): Fields {
  const fields = bodyOf(request)
  for (const member of fields.unknown(known)) ctx.ignored(verbatim(`${operation}.${member.slice(0, 64)}`))
  return fields
}

/** The job in the path, or ResourceNotFoundException; a `namespaceId` in the query has to be the job's. */
export function requireJob({ ctx, request, params }: Pick<Call, 'ctx' | 'request' | 'params'>): Job {
  const id = params['jobId'] ?? ''
  const namespaceId = request.query.get('namespaceId') || undefined
  checkShape(ONE_JOB, { jobId: id, namespaceId })
  const job = ctx.engine.jobs.get(jobKey(id))
  const isElsewhere = namespaceId !== undefined && job !== undefined && namespaceId !== jobExtra(job).namespaceId
  if (job === undefined || isElsewhere) throw resourceNotFound(`Job ${id} cannot be found.`)
  return job
}

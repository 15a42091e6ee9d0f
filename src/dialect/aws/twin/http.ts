import type { HttpRequest, HttpResponse } from '../../../core/seam/http.ts'
import type { Context, Params, Route } from '../../dialect.ts'
import { AwsError, invalidRequest } from '../wire/errors.ts'
import { checkName, NAMES } from '../wire/names.ts'
import { acceptedDocument, deletedDocument, getDocument } from './documents.ts'
import { readShadowUpdate, ShadowError } from './requests.ts'
import { deleteShadow, deviceOf, getShadow, updateShadow } from './store.ts'
import { formatShadowTopic, parseShadowTopic, type ShadowName } from './topics.ts'

/** The shadow operations of the data plane [aws 5.3]. Changes are told over MQTT like any other, refusals are not. */
export const shadowRoutes: Route[] = [
  {
    operation: 'GetThingShadow',
    method: 'GET',
    path: '/things/:thingName/shadow',
    handle: (ctx, request, params) =>
      answer(() => getDocument(getShadow(ctx, shadowOf(request, params), undefined), ctx.now, undefined)),
  },
  {
    operation: 'UpdateThingShadow',
    method: 'POST',
    path: '/things/:thingName/shadow',
    handle: (ctx, request, params) =>
      answer(() => {
        const name = shadowOf(request, params)
        const update = readShadowUpdate(request.body)
        return acceptedDocument(update, updateShadow(ctx, name, update), ctx.now, update.clientToken)
      }),
  },
  {
    operation: 'DeleteThingShadow',
    method: 'DELETE',
    path: '/things/:thingName/shadow',
    handle: (ctx, request, params) =>
      answer(() => deletedDocument(deleteShadow(ctx, shadowOf(request, params), undefined), ctx.now, undefined)),
  },
  {
    operation: 'ListNamedShadowsForThing',
    method: 'GET',
    path: '/api/things/shadow/ListNamedShadowsForThing/:thingName',
    handle: (ctx, request, params) => answer(() => listNamedShadows(ctx, request, params)),
  },
]

/** The data plane's types for the shadow service's codes [aws 3.1]. */
const TYPES: Record<ShadowError['code'], string> = {
  400: 'InvalidRequestException',
  404: 'ResourceNotFoundException',
  409: 'ConflictException',
  413: 'RequestEntityTooLargeException',
  415: 'UnsupportedDocumentEncodingException',
  500: 'ServiceUnavailableException',
}

function answer(decide: () => string): HttpResponse {
  try {
    return { status: 200, headers: { 'content-type': 'application/json' }, body: decide() }
  } catch (error) {
    if (error instanceof ShadowError) throw new AwsError(TYPES[error.code], error.message)
    throw error
  }
}

/** Thing and shadow name obey the same patterns as in topics; an empty `name` is none. */
function shadowOf(request: HttpRequest, params: Params): ShadowName {
  const shadow = request.query.get('name') ?? ''
  const name: ShadowName = { thing: params['thingName'] ?? '', ...(shadow !== '' && { shadow }) }
  if (parseShadowTopic(formatShadowTopic({ ...name, operation: 'get' })) !== undefined) return name
  throw invalidRequest('thing and shadow name', name, 'must be of the letters and length that AWS allows')
}

const MAX_PAGE = 100

/**
 * Sorted by name; the token names the last shadow of the page before, so that pages stay apart whatever changes
 * meanwhile.
 */
function listNamedShadows(ctx: Context, { query }: HttpRequest, params: Params): string {
  const pageSize = query.get('pageSize') ?? String(MAX_PAGE)
  const limit = /^\d{1,3}$/.test(pageSize) ? Number(pageSize) : 0
  if (limit < 1 || limit > MAX_PAGE) throw invalidRequest('pageSize', pageSize, `must be 1 to ${MAX_PAGE}`)
  const after = readToken(query.get('nextToken'))
  const thing = checkName('thingName', params['thingName'], NAMES.thing)
  const names = ctx.engine.twins.names(deviceOf({ thing })).filter((name) => name > after)
  const results = names.slice(0, limit)
  const last = names.length > limit ? results.at(-1) : undefined
  return JSON.stringify({
    results,
    ...(last !== undefined && { nextToken: Buffer.from(last).toString('base64url') }),
    timestamp: Math.floor(ctx.now / 1000),
  })
}

function readToken(token: string | null): string {
  if (token === null) return ''
  const name = Buffer.from(token, 'base64url').toString()
  if (name !== '' && Buffer.from(name).toString('base64url') === token) return name
  throw invalidRequest('nextToken', token, 'is not one of this operation')
}

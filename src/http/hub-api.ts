import type { Readable } from 'node:stream'
import { HubError, invalid, type HubErrorCode } from '../core/errors.ts'
import { parseJson } from '../core/json-text.ts'
import type { HttpRequest, HttpResponse } from '../core/seam/http.ts'
import { jsonResponse, jsonError } from './json.ts'
import { Routes } from './routes.ts'
import type { HttpStream } from './stream.ts'
import { say, type Words } from '../core/said.ts'

/** A job may be aimed at a list of all devices there are. */
const API_BOUNDS = { values: 500_000 }

/** A request to the hub's own API; `json` is the parsed body, `undefined` where there was none. */
export interface ApiRequest extends HttpRequest {
  json: unknown
}

/** What a call resolves to that answers with events as they come [HTML: server-sent events]. */
export class EventStream {
  constructor(readonly events: Readable) {}
}

/**
 * One call of the hub's own API. What `handle` resolves to is sent as JSON, which a `JsonText` is already, `undefined`
 * as 204; or it is an `EventStream`.
 */
export interface ApiRoute {
  method: string
  /** A path-to-regexp pattern that begins with `/hub/`. */
  path: string
  handle(request: ApiRequest, params: Record<string, string>): Promise<unknown>
}

export interface ApiFrontOptions {
  routes: readonly ApiRoute[]
  /** Throws FORBIDDEN or UNAUTHORIZED for who may not ask. */
  admit(request: HttpRequest): void
  onNotice(text: Words, error?: unknown): void
}

/** The hub's own API: JSON in and out, for who holds the token, out of reach of web pages. */
export interface ApiFront {
  /** Whether the path is the hub's own, so that no dialect is asked. */
  claims(request: HttpRequest): boolean
  /** Never rejects. */
  handle(request: HttpRequest): Promise<HttpResponse | HttpStream>
}

export function createApiFront({ routes, admit, onNotice }: ApiFrontOptions): ApiFront {
  const table = new Routes(routes)
  return {
    claims: ({ path }) => path === '/hub' || path.startsWith('/hub/'),
    async handle(request) {
      try {
        admit(request)
        return await dispatch(table, request)
      } catch (error) {
        if (error instanceof HubError) return refusal(error)
        onNotice(say`${request.method} ${request.path} failed`, error)
        return jsonError(500, 'INTERNAL', 'The hub failed; its log says why')
      }
    },
  }
}

async function dispatch(table: Routes<ApiRoute>, request: HttpRequest): Promise<HttpResponse | HttpStream> {
  const found = table.find(request)
  switch (found.type) {
    case 'match':
      return answer(await found.route.handle({ ...request, json: parseBody(request.body) }, found.params))
    case 'malformed':
      throw invalid('path', request.path, 'must be correctly percent-encoded')
    case 'method-not-allowed': {
      const allow = found.allow.join(', ')
      return jsonError(405, 'METHOD_NOT_ALLOWED', `${request.path} takes ${allow}`, { headers: { Allow: allow } })
    }
    case 'not-found':
      throw new HubError('NOT_FOUND', say`The hub's API has no ${request.path}`)
  }
}

function answer(result: unknown): HttpResponse | HttpStream {
  if (!(result instanceof EventStream)) return jsonResponse(200, result)
  return {
    status: 200,
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' },
    stream: result.events,
  }
}

function parseBody(body: Buffer): unknown {
  if (body.length === 0) return undefined
  try {
    return parseJson(body.toString(), API_BOUNDS)
  } catch (error) {
    throw new HubError('INVALID', say`body: must be JSON (${error instanceof Error ? error.message : String(error)})`, {
      field: 'body',
    })
  }
}

/** Whether it is one of the codes that `HubError` knows. */
export const isHubErrorCode = (code: unknown): code is HubErrorCode =>
  typeof code === 'string' && Object.hasOwn(STATUS, code)

const STATUS: Record<HubErrorCode, number> = {
  INVALID: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  VERSION_MISMATCH: 409,
  INVALID_TRANSITION: 409,
  TERMINAL_STATE: 409,
  CONFLICT: 409,
  NOT_ONLINE: 409,
  TOO_LARGE: 413,
  LIMIT: 422,
  UNSUPPORTED: 501,
  UNAVAILABLE: 503,
  TIMEOUT: 504,
}

function refusal({ code, message, words, data }: HubError): HttpResponse {
  return jsonError(STATUS[code], code, message, {
    says: words,
    ...(data.field !== undefined && { field: data.field }),
    ...(data['current'] !== undefined && { current: data['current'] }),
    ...(code === 'UNAUTHORIZED' && { headers: { 'WWW-Authenticate': 'Bearer' } }),
  })
}

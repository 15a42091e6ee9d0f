import { HubError, type HubErrorCode } from '../../../core/errors.ts'
import type { HttpRequest, HttpResponse } from '../../../core/seam/http.ts'
import type { Credential, Sight } from '../../credential.ts'
import type { Claim, HttpFront } from '../../dialect.ts'
import { commandRoutes } from '../commands/routes.ts'
import { deviceRoutes } from '../registry/routes.ts'
import { isToken, tokenFault } from '../auth/jwt.ts'
import { otaRoutes } from '../ota/routes.ts'
import { NOT_FOUND, jsonResponse, text } from './responses.ts'
import { tokenKeyOf } from '../auth/token-key.ts'
import { asSaid, say } from '../../../core/said.ts'

/** Every path of the API [iothub 7, 8.1]. */
const PATHS = [
  /^\/devices(?:\/[^/]+){0,2}$/,
  /^\/devices\/[^/]+\/[^/]+\/(?:suspend|resume|command|tags|shadow)$/,
  /^\/tags\/[^/]+\/[^/]+\/(?:command|ota)$/,
  /^\/ota\/[^/]+\/(?:tags\/)?[^/]+$/,
  /^\/messages\/[^/]+$/,
  /^\/(?:tokens|emqx_web_hook)$/,
]

/** All that its API takes in the query. */
const PARAMETERS = new Set(['version', 'message_id', 'device_name'])

/** What its clients show: a token, or whatever a person's tool sends along. */
const SHOWN = /^(?:Bearer|Basic) /i

/** Its first segments; what follows may still be nonsense, which is ours to refuse. */
const ROOTS = /^\/(?:devices|ota|messages|tokens|emqx_web_hook)(?:\/|$)/

/** The course's API for applications, on the hub's machine without credentials [iothub 7]. */
export const http: HttpFront = {
  claim,
  credential,
  routes: [...deviceRoutes, ...commandRoutes, ...otaRoutes],
  notFound: () => NOT_FOUND,
  failure,
}

/** By path; what shows another sort of credential, or asks with parameters that its API has not, is none of its own. */
function claim({ path, query, headers: { authorization } }: HttpRequest): Claim {
  if (authorization !== undefined && !SHOWN.test(authorization)) return 'no'
  if ([...query.keys()].some((name) => !PARAMETERS.has(name))) return 'no'
  if (PATHS.some((pattern) => pattern.test(path))) return 'path'
  return ROOTS.test(path) ? 'fallback' : 'no'
}

/**
 * The course has none for its API: from another machine a token by the hub's own key stands in, besides the token of
 * the hub itself.
 */
function credential(ctx: Sight, { headers }: HttpRequest): Credential {
  const [, token] = /^Bearer +(\S+) *$/i.exec(headers['authorization'] ?? '') ?? []
  if (token === undefined || !isToken(token))
    return {
      given: false,
      why: say`from another machine send the hub's token, or one that is signed with ${asSaid(HOW)}`,
    }
  const key = tokenKeyOf(ctx)
  const fault = tokenFault(token, key === undefined ? [] : [key], undefined, ctx.now)
  return fault === undefined
    ? { given: true, who: 'a token' }
    : { given: false, why: say`${asSaid(fault)}; it must be signed with ${asSaid(HOW)}` }
}

const HOW = 'the JWT_SECRET that `iot-hub keys` shows on the hub’s: Authorization: Bearer TOKEN'

const STATUS: Partial<Record<HubErrorCode, number>> = {
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  VERSION_MISMATCH: 409,
  CONFLICT: 409,
  TOO_LARGE: 413,
}

/** The course answers refusals with a text and failures with an error object. */
function failure(error: unknown): HttpResponse {
  const isRefusal = error instanceof HubError && error.code !== 'UNAVAILABLE'
  if (isRefusal) return text(error.message, STATUS[error.code] ?? 400, { 'content-type': 'text/plain; charset=utf-8' })
  return jsonResponse({ error: `The hub failed: ${error instanceof Error ? error.message : String(error)}` }, 500)
}

import { HubError, type HubErrorCode } from '../../../../src/core/errors.ts'
import type { HttpResponse } from '../../../../src/core/seam/http.ts'

const STATUS: Partial<Record<HubErrorCode, number>> = {
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  CONFLICT: 409,
  VERSION_MISMATCH: 409,
  TOO_LARGE: 413,
  UNAVAILABLE: 503,
}

export const json = (body: object, status = 200): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** How Toyland says that it refuses. */
export const refusal = (code: string, message: string, status = 400): HttpResponse =>
  json({ Code: code, Message: message }, status)

/** A refusal in Toyland's words; anything else is a failure. */
export function failure(error: unknown): HttpResponse {
  if (error instanceof HubError) return refusal(error.code, error.message, STATUS[error.code])
  return refusal('INTERNAL', 'Toyland has failed', 500)
}

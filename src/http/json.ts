import type { HubErrorCode } from '../core/errors.ts'
import type { HttpResponse } from '../core/seam/http.ts'
import { JsonText } from '../shared/json-text.ts'
import type { Words } from '../core/said.ts'

/** What the hub's own answers can refuse with, besides the engine's refusals. */
export type ApiErrorCode = HubErrorCode | 'METHOD_NOT_ALLOWED' | 'INTERNAL'

const JSON_HEADERS = { 'Content-Type': 'application/json' }

/** A JSON answer, of a value or as text; `undefined` is 204 without content. */
export const jsonResponse = (status: number, value: unknown, headers: Record<string, string> = {}): HttpResponse =>
  value === undefined
    ? { status: 204, headers }
    : {
        status,
        headers: { ...JSON_HEADERS, ...headers },
        body: value instanceof JsonText ? value.text : JSON.stringify(value),
      }

/**
 * The hub's own form of an error, `{ "error": { "code", "message", "field"? } }`; a cloud's form is its dialect's
 * business.
 */
export const jsonError = (
  status: number,
  code: ApiErrorCode,
  message: string,
  extra: About & { headers?: Record<string, string> } = {},
): HttpResponse => jsonResponse(status, { error: { code, message, ...told(extra) } }, extra.headers)

/** What an error is about, and what it was made of, for editors in other languages. */
interface About {
  field?: string
  /** What there is in place of what was expected. */
  current?: unknown
  says?: Words
}

const told = ({ field, current, says }: About): object => ({
  ...(field !== undefined && { field }),
  ...(current !== undefined && { current }),
  ...(typeof says === 'object' && says.args.length > 0 && { says }),
})

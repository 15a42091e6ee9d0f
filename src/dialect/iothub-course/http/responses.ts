import type { HttpResponse } from '../../../core/seam/http.ts'

/** A JSON answer, 200 unless told otherwise. */
export const jsonResponse = (body: unknown, status = 200): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
})

/** A text as the course's server sends it. */
export const text = (body: string, status = 200, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
  body,
})

export const OK = text('ok')
export const NOT_FOUND = jsonResponse({ error: 'Not Found' }, 404)
export const NO_DEVICE = text('device not found', 404)

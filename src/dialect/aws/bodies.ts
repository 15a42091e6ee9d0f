import type { HttpRequest, HttpResponse } from '../../core/seam/http.ts'
import { isObject } from '../../core/twin/json.ts'
import { AwsError, invalidRequest } from './errors.ts'
import { Fields } from './jobs-fields.ts'

/** The members of a JSON body, or InvalidRequestException; an empty body has none. */
export function bodyOf({ body }: Pick<HttpRequest, 'body'>): Fields {
  if (body.length === 0) return new Fields({})
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch (error) {
    throw new AwsError('InvalidRequestException', `The body is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (!isObject(value)) throw invalidRequest('body', value, 'must be a JSON object')
  return new Fields(value)
}

/** 200 with a JSON body; members that are undefined are left out [aws 3.1]. */
export const ok = (body: object = {}): HttpResponse => ({ status: 200, body: JSON.stringify(body) })

/** A query parameter that is `true` or `false`. */
export function flagOf({ query }: Pick<HttpRequest, 'query'>, name: string, otherwise = false): boolean {
  const value = query.get(name)
  if (value === null || value === '') return otherwise
  if (value !== 'true' && value !== 'false') throw invalidRequest(name, value, 'must be true or false')
  return value === 'true'
}

/** A query parameter that is a whole number within bounds. */
export function integerOf({ query }: Pick<HttpRequest, 'query'>, name: string, min: number, max: number): number | undefined {
  const value = query.get(name)
  if (value === null || value === '') return undefined
  const number = /^-?\d{1,15}$/.test(value) ? Number(value) : NaN
  if (!(number >= min && number <= max)) {
    throw invalidRequest(name, value, max === Infinity ? `must be a whole number from ${min}` : `must be a whole number from ${min} to ${max}`)
  }
  return number
}

/** A query parameter, absent if empty. */
export const textOf = ({ query }: Pick<HttpRequest, 'query'>, name: string): string | undefined => query.get(name) || undefined

/** A required name from path, query or body, held against its pattern. */
export function checkName(field: string, value: string | undefined, pattern: RegExp): string {
  if (value === undefined || !pattern.test(value)) throw invalidRequest(field, value ?? null, `must match ${pattern.source}`)
  return value
}

import { HubError, invalid } from '../../../core/errors.ts'
import type { HttpRequest } from '../../../core/seam/http.ts'
import { isObject, put } from '../../../core/twin/json.ts'
import type { JsonObject } from '../../../core/twin/model.ts'
import { memberText } from '../../../shared/json-text.ts'
import type { Context } from '../../dialect.ts'
import { jsonObject } from '../wire/payload.ts'
import { say, verbatim } from '../../../core/said.ts'

/** The members of a request body, JSON or a form; refuses with INVALID, naming field, value and rule. */
export class Body {
  readonly #fields: JsonObject
  readonly #body: Buffer

  constructor({ headers, body }: Pick<HttpRequest, 'headers' | 'body'>) {
    this.#body = body
    const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
    if (type === 'application/json') this.#fields = readJson(body)
    else if (type === 'application/x-www-form-urlencoded') this.#fields = readForm(body.toString())
    else if (body.length === 0) this.#fields = {}
    else
      throw new HubError(
        'INVALID',
        say`the body must be application/json or application/x-www-form-urlencoded, and its content type is ${type ?? 'none'}`,
      )
  }

  get names(): string[] {
    return Object.keys(this.#fields)
  }

  get(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined
  }

  /** Numbers and booleans are taken for their text as it was written, as they would come in a form. */
  text(name: string): string | undefined {
    const value = this.get(name)
    if (value === undefined || value === null) return undefined
    if (typeof value === 'object') throw invalid(name, value, 'must be a text')
    return typeof value === 'number' ? memberText(this.#body.toString(), name) : String(value as string | boolean)
  }

  /** The text, which must be there and not be empty. */
  required(name: string): string {
    const value = this.text(name)
    if (value === undefined || value === '') throw invalid(name, value ?? null, 'must be given')
    return value
  }

  /** A whole number, also as a text, of at least `least`. */
  integer(name: string, least: number): number | undefined {
    const given = this.get(name)
    const value = typeof given === 'number' ? String(given) : this.text(name)
    if (value === undefined || value === '') return undefined
    const number = /^[+-]?\d+$/.test(value.trim()) ? Number(value) : NaN
    if (!Number.isSafeInteger(number) || number < least)
      throw invalid(name, value, say`must be a whole number of at least ${least}`)
    return number
  }

  /** Also as a JSON text, or as the `name[key]` members of a form. */
  object(name: string): JsonObject {
    const value = this.get(name)
    const object = typeof value === 'string' ? jsonObject(value) : value
    if (!isObject(object)) throw invalid(name, value ?? null, 'must be an object')
    return object
  }
}

/** The body of a request to `operation`; members that are not in `known` have no effect, but are counted. */
export function readBody(ctx: Context, request: HttpRequest, operation: string, known: readonly string[]): Body {
  const body = new Body(request)
  for (const name of body.names) if (!known.includes(name)) ctx.ignored(verbatim(`${operation}.${name.slice(0, 64)}`))
  return body
}

function readJson(body: Buffer): JsonObject {
  if (body.length === 0) return {}
  const fields = jsonObject(body)
  if (fields === undefined) throw new HubError('INVALID', 'the body is not a JSON object')
  return fields
}

/** As many as `parseJson` takes. */
const MOST_PAIRS = 20_000

/** `a[b]=1` is the object `a` with a member `b`. */
function readForm(body: string): JsonObject {
  if (moreThan(MOST_PAIRS, '&', body))
    throw new HubError('INVALID', say`the body holds more than ${MOST_PAIRS} members`)
  const fields: JsonObject = {}
  for (const [name, value] of new URLSearchParams(body)) {
    const [, outer, inner] = /^([^[\]]+)\[([^[\]]+)\]$/.exec(name) ?? []
    if (outer === undefined || inner === undefined) {
      put(fields, name, value)
      continue
    }
    const known = Object.hasOwn(fields, outer) ? fields[outer] : undefined
    const object: JsonObject = isObject(known) ? known : {}
    put(object, inner, value)
    put(fields, outer, object)
  }
  return fields
}

function moreThan(most: number, character: string, text: string): boolean {
  let count = 0
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) {
    count += 1
    if (count > most) return true
  }
  return false
}

import { parseJson } from '../../../core/json-text.ts'
import { isObject, withoutZeros } from '../../../core/twin/json.ts'
import { deeperThan, findForbidden, jsonSize } from '../../../core/twin/limits.ts'
import type { JsonObject, Twin } from '../../../core/twin/model.ts'

/** A refusal of the shadow service, with its code and text [aws 5.2]. */
export class ShadowError extends Error {
  constructor(
    readonly code: 400 | 404 | 409 | 413 | 415 | 500,
    message: string,
    /** Of the request, where it could be read: every rejection echoes it [aws 0.3 row 9]. */
    readonly clientToken?: string,
  ) {
    super(message)
  }
}

/** The state JSON and a request may have this many bytes at most [aws 5.2 Size]. */
export const MAX_SHADOW_BYTES = 8192

/** Levels inside `desired` or `reported`: the quota page's 8, although the error text says 6 [aws 5.2 Depth]. */
const MAX_LEVELS = 8
const MAX_TOKEN_BYTES = 64

/** What `"state": null` asks for. */
const CLEARED: JsonObject = { desired: null, reported: null }

export const TOO_LARGE = 'The payload exceeds the maximum size allowed'
const TOO_DEEP = 'JSON contains too many levels of nesting; maximum is 6'

export interface ShadowUpdate {
  /** `"state": null`, which clears both sections. */
  whole?: true
  desired?: JsonObject | null
  reported?: JsonObject | null
  version?: number
  clientToken?: string
  /** Members of the request that mean nothing. */
  unknown: string[]
  /** The path of an integer too large to be kept to the last digit, if there is one. */
  inexact?: string
}

/** Reads and checks the payload of an update, or throws a ShadowError. */
export function readShadowUpdate(payload: Uint8Array): ShadowUpdate {
  const request = parse(payload)
  if (!isObject(request)) throw new ShadowError(400, 'Invalid JSON')
  const echo = echoOf(request)
  const refuse = (code: ShadowError['code'], message: string): ShadowError => new ShadowError(code, message, echo)

  if (payload.byteLength > MAX_SHADOW_BYTES) throw refuse(413, TOO_LARGE)
  const clientToken = readToken(request, echo)
  const version = request['version'] ?? undefined
  if (version !== undefined && !isVersion(version)) throw refuse(400, 'Invalid version')
  const state = request['state']
  if (state === undefined) throw refuse(400, 'Missing required node: state')
  if (state !== null && !isObject(state)) throw refuse(400, 'State node must be an object')
  const { desired, reported, ...others } = state ?? CLEARED
  if (!isSection(desired)) throw refuse(400, 'Desired node must be an object')
  if (!isSection(reported)) throw refuse(400, 'Reported node must be an object')
  if (Object.keys(others).length > 0) throw refuse(400, 'State contains an invalid node')
  if (deeperThan(desired, MAX_LEVELS) || deeperThan(reported, MAX_LEVELS)) {
    throw refuse(400, TOO_DEEP)
  }
  if (findForbidden(state, { value: isUnstorable }) !== undefined) throw refuse(400, 'State contains an invalid node')

  const inexact = findForbidden(state, { value: isInexact })
  return {
    ...(state === null && { whole: true }),
    ...(desired !== undefined && { desired }),
    ...(reported !== undefined && { reported }),
    ...(version !== undefined && { version }),
    ...(clientToken !== undefined && { clientToken }),
    unknown: Object.keys(request).filter((key) => !KNOWN.includes(key)),
    ...(inexact !== undefined && { inexact }),
  }
}

/** Why the service would not hold this shadow, as it would tell an application that asks for it [aws 5.2]. */
export function shadowFault({ desired, reported }: Pick<Twin, 'desired' | 'reported'>): string | undefined {
  if (deeperThan(desired, MAX_LEVELS)) return TOO_DEEP
  if (findForbidden(desired, { value: isUnstorable }) !== undefined) return 'State contains an invalid node'
  return jsonSize({ desired, reported }) > MAX_SHADOW_BYTES ? TOO_LARGE : undefined
}

/** The client token of a get, whose payload is empty or an object; throws a ShadowError. */
export function readGet(payload: Uint8Array): string | undefined {
  if (withoutZeros(payload).byteLength === 0) return undefined
  const request = parse(payload)
  if (!isObject(request)) throw new ShadowError(400, 'Invalid JSON')
  return readToken(request, echoOf(request))
}

/**
 * The client token of a delete, whose payload may otherwise be anything [aws 5.1]; throws a ShadowError if the token is
 * invalid.
 */
export function readDelete(payload: Uint8Array): string | undefined {
  let request: unknown
  try {
    request = parse(payload)
  } catch {
    return undefined
  }
  return isObject(request) ? readToken(request, echoOf(request)) : undefined
}

/** v2 clients name thing and shadow in the payload as well. */
const KNOWN: readonly string[] = ['state', 'version', 'clientToken', 'thingName', 'shadowName']

const UTF8 = new TextDecoder('utf-8', { fatal: true })

function parse(payload: Uint8Array): unknown {
  let text: string
  try {
    text = UTF8.decode(withoutZeros(payload))
  } catch {
    throw new ShadowError(415, 'Unsupported documented encoding; supported encoding is UTF-8')
  }
  try {
    return parseJson(text)
  } catch {
    throw new ShadowError(400, 'Invalid JSON')
  }
}

/** What a rejection echoes: also a token that is too long, since its sender waits for it. */
const echoOf = ({ clientToken }: JsonObject): string | undefined =>
  typeof clientToken === 'string' ? clientToken : undefined

function readToken(request: JsonObject, echo: string | undefined): string | undefined {
  const given = request['clientToken'] ?? undefined
  if (given !== echo || (echo !== undefined && Buffer.byteLength(echo) > MAX_TOKEN_BYTES)) {
    throw new ShadowError(400, 'Invalid clientToken', echo)
  }
  return echo
}

const isVersion = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

const isSection = (value: unknown): value is JsonObject | null | undefined =>
  value === undefined || value === null || isObject(value)

/** Null deletes a key but cannot be an element, and a number beyond the range of a double would be stored as null. */
const isUnstorable = (value: unknown, insideArray: boolean): boolean =>
  (value === null && insideArray) || value === Infinity || value === -Infinity

/** A 64-bit integer that a double rounds. */
const isInexact = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) <= 2 ** 64

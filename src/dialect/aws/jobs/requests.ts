import { parseJson, TooMuchJson } from '../../../core/json-text.ts'
import { isObject, withoutZeros } from '../../../core/twin/json.ts'
import type { JsonObject } from '../../../core/twin/model.ts'
import type { Fields } from '../wire/fields.ts'
import { JobsRefusal } from './refusal.ts'
import { say } from '../../../core/said.ts'

/** Which execution a device asks for. */
export interface DescribeRequest {
  executionNumber?: number
  includeJobDocument: boolean
}

export interface StartRequest {
  details?: Record<string, string>
  stepTimeoutMs?: number
}

export interface UpdateRequest {
  /** Some are not for devices to say, but are refused by the state machine, not as unknown words [aws 2.9]. */
  status: (typeof EXECUTION_STATUSES)[number]
  details?: Record<string, string>
  expectedVersion?: number
  executionNumber?: number
  includeJobExecutionState: boolean
  includeJobDocument: boolean
  /** null: no step timer any more. */
  stepTimeoutMs?: number | null
}

/** The states of executions in AWS's words. */
const EXECUTION_STATUSES = [
  'QUEUED',
  'IN_PROGRESS',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'REJECTED',
  'REMOVED',
  'CANCELED',
] as const

/** Members of requests by operation. v2 clients name thing and job in the body too. */
export const KNOWN_MEMBERS = {
  'get-pending': ['clientToken', 'thingName'],
  'start-next': ['clientToken', 'thingName', 'statusDetails', 'stepTimeoutInMinutes'],
  describe: ['clientToken', 'thingName', 'jobId', 'executionNumber', 'includeJobDocument'],
  update: [
    ...['clientToken', 'thingName', 'jobId', 'status', 'statusDetails', 'expectedVersion', 'executionNumber'],
    ...['includeJobExecutionState', 'includeJobDocument', 'stepTimeoutInMinutes'],
  ],
} as const

/** [aws 2.4, 2.6] A week of minutes. */
const MAX_STEP_MINUTES = 10_080
const MINUTE = 60_000

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The JSON object in a payload; InvalidJson if it is none [aws 2.7]. It may end in zero bytes, and numbers in
 * `statusDetails` are given as the texts that they were written as [aws 2.6].
 */
export function readObject(payload: Uint8Array): JsonObject {
  let text: string
  let value: unknown
  try {
    text = UTF8.decode(withoutZeros(payload))
    // Members are checked one by one: a refusal of one that nests too deep still echoes the token.
    value = parseJson(text, { levels: Infinity })
  } catch (error) {
    if (error instanceof TooMuchJson) throw new JobsRefusal('InvalidRequest', `The payload has ${error.message}`)
    throw new JobsRefusal('InvalidJson', NO_JSON)
  }
  if (!isObject(value)) throw new JobsRefusal('InvalidJson', NO_JSON)
  return hasNumber(value['statusDetails']) ? { ...value, statusDetails: asWritten(text)['statusDetails'] } : value
}

const NO_JSON = 'The contents of the request could not be interpreted as valid UTF-8-encoded JSON'

const hasNumber = (details: unknown): boolean =>
  isObject(details) && Object.values(details).some((value) => typeof value === 'number')

/** JSON with every number as a text: `1.10` stays `"1.10"`. */
const asWritten = (json: string): JsonObject =>
  parseJson(
    json.replace(STRING_OR_NUMBER, (token) => (token.startsWith('"') ? token : `"${token}"`)),
    {
      levels: Infinity,
    },
  ) as JsonObject

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g

/** [aws 2.5] */
export function readDescribe(fields: Fields): DescribeRequest {
  const executionNumber = readExecutionNumber(fields)
  const includeJobDocument = readFlag(fields, 'includeJobDocument') ?? true
  return { includeJobDocument, ...(executionNumber !== undefined && { executionNumber }) }
}

export function readStart(fields: Fields): StartRequest {
  const details = readDetails(fields)
  const minutes = readNumber(fields, 'stepTimeoutInMinutes', 1, MAX_STEP_MINUTES)
  return {
    ...(details !== undefined && { details }),
    ...(minutes !== undefined && { stepTimeoutMs: minutes * MINUTE }),
  }
}

export function readExecutionUpdate(fields: Fields): UpdateRequest {
  const status = fields.required('status', fields.oneOf('status', EXECUTION_STATUSES))
  const details = readDetails(fields)
  const expectedVersion = readExpectedVersion(fields)
  const executionNumber = readExecutionNumber(fields)
  const includeJobExecutionState = readFlag(fields, 'includeJobExecutionState') ?? false
  const includeJobDocument = readFlag(fields, 'includeJobDocument') ?? false
  const stepTimeoutMs = readStepTimeout(fields)
  return {
    status,
    includeJobExecutionState,
    includeJobDocument,
    ...(details !== undefined && { details }),
    ...(expectedVersion !== undefined && { expectedVersion }),
    ...(executionNumber !== undefined && { executionNumber }),
    ...(stepTimeoutMs !== undefined && { stepTimeoutMs }),
  }
}

/**
 * [aws 2.6] Flat texts, line breaks and other control characters among them; a boolean stands for its text. The
 * number of pairs is looked at elsewhere.
 */
export function readDetails(fields: Fields): Record<string, string> | undefined {
  const given = fields.get('statusDetails')
  if (!isObject(given) || !Object.values(given).some((value) => typeof value === 'boolean')) {
    return fields.texts('statusDetails', DETAIL_KEY, DETAIL_VALUE)
  }
  const texts = Object.entries(given).map(([key, value]) => [key, typeof value === 'boolean' ? String(value) : value])
  return fields.instead('statusDetails', Object.fromEntries(texts)).texts('statusDetails', DETAIL_KEY, DETAIL_VALUE)
}

const DETAIL_KEY = { pattern: /^[a-zA-Z0-9:_-]{1,128}$/, says: 'is a key that must match [a-zA-Z0-9:_-]{1,128}' }
const DETAIL_VALUE = { min: 1, max: 1024 }

const readExecutionNumber = (fields: Fields): number | undefined => readNumber(fields, 'executionNumber', 0, Infinity)

export const readExpectedVersion = (fields: Fields): number | undefined =>
  readNumber(fields, 'expectedVersion', 0, Infinity)

function readStepTimeout(fields: Fields): number | null | undefined {
  const minutes = readNumber(fields, 'stepTimeoutInMinutes', -1, MAX_STEP_MINUTES)
  if (minutes === undefined) return undefined
  if (minutes === 0) throw fields.refuse('stepTimeoutInMinutes', say`must be between 1 and ${MAX_STEP_MINUTES}, or -1`)
  return minutes === -1 ? null : minutes * MINUTE
}

/**
 * A whole number, or its text, as FreeRTOS and the Python v1 and C++ clients send it; an empty one counts as absent
 * [aws 8.1].
 */
const readNumber = (fields: Fields, member: string, min: number, max: number): number | undefined =>
  meant(fields, member, (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : undefined)).integer(member, min, max)

/** A boolean, or its text, which Python writes with a capital. */
const readFlag = (fields: Fields, member: string): boolean | undefined =>
  meant(fields, member, (text) => FLAGS[text.toLowerCase()]).boolean(member)

const FLAGS: Readonly<Record<string, boolean | undefined>> = { true: true, false: false }

/**
 * The fields with a scalar in place of the text that stands for it; other texts stay, to be refused as what they are.
 */
function meant(fields: Fields, member: string, read: (text: string) => unknown): Fields {
  const value = fields.get(member)
  if (typeof value !== 'string') return fields
  return fields.instead(member, value.trim() === '' ? undefined : (read(value.trim()) ?? value))
}

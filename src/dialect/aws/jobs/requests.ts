import { parseJson, TooMuchJson } from '../../../core/json-text.ts'
import type { ReportedStatus } from '../../../core/job/model.ts'
import { isObject } from '../../../core/twin/json.ts'
import type { JsonObject } from '../../../core/twin/model.ts'
import { prose, type Fields } from '../rest/fields.ts'
import { JobsRefusal } from './refusal.ts'

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
  /** `QUEUED` is not for devices to say, but is refused by the state machine, not as an unknown word [aws 9 row 6]. */
  status: ReportedStatus | 'QUEUED'
  details?: Record<string, string>
  expectedVersion?: number
  executionNumber?: number
  includeJobExecutionState: boolean
  includeJobDocument: boolean
  /** null: no step timer any more. */
  stepTimeoutMs?: number | null
}

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

/** The JSON object in a payload; InvalidJson if it is none [aws 2.7]. */
export function readObject(payload: Uint8Array): JsonObject {
  let value: unknown
  try {
    // Members are checked one by one: a refusal of one that nests too deep still echoes the token.
    value = parseJson(UTF8.decode(payload), { levels: Infinity })
  } catch (error) {
    if (error instanceof TooMuchJson) throw new JobsRefusal('InvalidRequest', `The payload has ${error.message}`)
    throw new JobsRefusal('InvalidJson', `The payload is not JSON in UTF-8: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (!isObject(value)) throw new JobsRefusal('InvalidJson', 'The payload is JSON, but not an object')
  return value
}

/** The token that every answer echoes, also `""` [aws 8.1]; INVALID if it is no string. */
export const readClientToken = (fields: Fields): string | undefined => fields.text('clientToken')

export function readDescribe(fields: Fields): DescribeRequest {
  const executionNumber = readExecutionNumber(fields)
  return { ...(executionNumber !== undefined && { executionNumber }), includeJobDocument: fields.boolean('includeJobDocument') ?? true }
}

export function readStart(fields: Fields): StartRequest {
  const details = readDetails(fields)
  const minutes = fields.integer('stepTimeoutInMinutes', 1, MAX_STEP_MINUTES)
  return { ...(details !== undefined && { details }), ...(minutes !== undefined && { stepTimeoutMs: minutes * MINUTE }) }
}

const STATUSES = ['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED', 'QUEUED'] as const

export function readUpdate(fields: Fields): UpdateRequest {
  const status = fields.required('status', fields.oneOf('status', STATUSES))
  const details = readDetails(fields)
  const expectedVersion = readExpectedVersion(fields)
  const executionNumber = readExecutionNumber(fields)
  const includeJobExecutionState = fields.boolean('includeJobExecutionState') ?? false
  const includeJobDocument = fields.boolean('includeJobDocument') ?? false
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

/** [aws 2.6] Flat texts; the number of pairs is looked at elsewhere. */
export const readDetails = (fields: Fields, member = 'statusDetails'): Record<string, string> | undefined => fields.texts(member, DETAIL_KEY, DETAIL_VALUE)

const DETAIL_KEY = { pattern: /^[a-zA-Z0-9:_-]{1,128}$/, says: 'is a key that must match [a-zA-Z0-9:_-]{1,128}' }
const DETAIL_VALUE = prose(1024)

const readExecutionNumber = (fields: Fields): number | undefined => fields.integer('executionNumber', 0, Infinity)

/** A number, or a numeric string as FreeRTOS sends it [aws 0.3 row 7]; an empty one counts as absent [aws 8.1]. */
export function readExpectedVersion(fields: Fields): number | undefined {
  const value = fields.get('expectedVersion')
  if (typeof value !== 'string') return fields.integer('expectedVersion', 0, Infinity)
  if (value === '') return undefined
  if (!/^\d{1,15}$/.test(value)) throw fields.refuse('expectedVersion', 'must be a whole number')
  return Number(value)
}

function readStepTimeout(fields: Fields): number | null | undefined {
  const minutes = fields.integer('stepTimeoutInMinutes', -1, MAX_STEP_MINUTES)
  if (minutes === undefined) return undefined
  if (minutes === 0) throw fields.refuse('stepTimeoutInMinutes', `must be between 1 and ${MAX_STEP_MINUTES}, or -1`)
  return minutes === -1 ? null : minutes * MINUTE
}

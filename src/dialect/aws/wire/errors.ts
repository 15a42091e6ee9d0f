import { HubError, type HubErrorCode } from '../../../core/errors.ts'
import type { HttpResponse } from '../../../core/seam/http.ts'
import type { Plane } from './planes.ts'

/** A refusal in AWS's own words: `type` is the exception's name, `extra` joins `message` in the body. */
export class AwsError extends Error {
  override readonly name = 'AwsError'
  constructor(
    readonly type: string,
    message: string,
    readonly extra: Record<string, unknown> = {},
  ) {
    super(message)
  }
}

/** A bad request, naming field, value and rule: `maxResults: 0 must be between 1 and 250`. */
export function invalidRequest(field: string, value: unknown, rule: string): AwsError {
  const shown = JSON.stringify(value) ?? String(value)
  return new AwsError(
    'InvalidRequestException',
    `${field}: ${shown.length > 200 ? `${shown.slice(0, 200)}…` : shown} ${rule}`,
  )
}

export const resourceNotFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', message)

/** The resource that is in the way is named in the body, as clients expect of this one exception [aws 3.1]. */
export const alreadyExists = (message: string, resourceId: string, resourceArn: string): AwsError =>
  new AwsError('ResourceAlreadyExistsException', message, { resourceId, resourceArn })

/** Known to AWS, but not to the hub: refused, so that nobody takes silence for success. */
export const notModelled = (what: string, instead?: string): AwsError =>
  new AwsError(
    'InvalidRequestException',
    `${what} is not modelled by the local hub${instead === undefined ? '' : `; ${instead}`}`,
  )

/** HTTP status per exception, and where the planes differ, per plane [aws 3.1]. */
const STATUS: Readonly<Record<string, number | Partial<Record<Plane, number>>>> = {
  InvalidRequestException: 400,
  IncompleteSignatureException: 400,
  MalformedPolicyException: 400,
  InvalidQueryException: 400,
  InvalidAggregationException: 400,
  IndexNotReadyException: 400,
  CertificateValidationException: 400,
  ThrottlingException: { control: 400, data: 429, 'jobs-data': 429 },
  UnauthorizedException: 401,
  ForbiddenException: 403,
  MissingAuthenticationTokenException: 403,
  UnrecognizedClientException: 403,
  InvalidSignatureException: 403,
  ResourceNotFoundException: 404,
  UnknownOperationException: 404,
  MethodNotAllowedException: 405,
  CertificateStateException: 406,
  ConflictException: 409,
  VersionConflictException: 409,
  ResourceAlreadyExistsException: 409,
  DeleteConflictException: 409,
  InvalidStateTransitionException: 409,
  VersionsLimitExceededException: 409,
  LimitExceededException: 410,
  TerminalStateException: 410,
  RequestEntityTooLargeException: 413,
  UnsupportedDocumentEncodingException: 415,
  InternalFailureException: 500,
  ServiceUnavailableException: 503,
}

/** The exception for each of the engine's refusals, in the order control, data, jobs data. */
const BY_CODE: Readonly<Record<HubErrorCode, readonly [control: string, data: string, jobsData: string]>> = {
  INVALID: ['InvalidRequestException', 'InvalidRequestException', 'InvalidRequestException'],
  NOT_FOUND: ['ResourceNotFoundException', 'ResourceNotFoundException', 'ResourceNotFoundException'],
  ALREADY_EXISTS: ['ResourceAlreadyExistsException', 'ConflictException', 'InvalidStateTransitionException'],
  VERSION_MISMATCH: ['VersionConflictException', 'ConflictException', 'InvalidStateTransitionException'],
  INVALID_TRANSITION: ['InvalidStateTransitionException', 'ConflictException', 'InvalidStateTransitionException'],
  TERMINAL_STATE: ['InvalidStateTransitionException', 'ConflictException', 'TerminalStateException'],
  CONFLICT: ['ConflictException', 'ConflictException', 'InvalidStateTransitionException'],
  LIMIT: ['LimitExceededException', 'ThrottlingException', 'ThrottlingException'],
  TOO_LARGE: ['InvalidRequestException', 'RequestEntityTooLargeException', 'InvalidRequestException'],
  UNAUTHORIZED: ['UnauthorizedException', 'UnauthorizedException', 'CertificateValidationException'],
  FORBIDDEN: ['UnauthorizedException', 'ForbiddenException', 'CertificateValidationException'],
  NOT_ONLINE: ['InvalidRequestException', 'ResourceNotFoundException', 'InvalidRequestException'],
  TIMEOUT: ['ServiceUnavailableException', 'ServiceUnavailableException', 'ServiceUnavailableException'],
  UNAVAILABLE: ['ServiceUnavailableException', 'ServiceUnavailableException', 'ServiceUnavailableException'],
  UNSUPPORTED: ['InvalidRequestException', 'InvalidRequestException', 'InvalidRequestException'],
}

const COLUMN: Readonly<Record<Plane, 0 | 1 | 2>> = { control: 0, data: 1, 'jobs-data': 2 }

/** Any error as an AWS one; what nobody foresaw becomes an internal failure. */
export function toAwsError(error: unknown, plane: Plane): AwsError {
  if (error instanceof AwsError) return error
  if (error instanceof HubError) return new AwsError(BY_CODE[error.code][COLUMN[plane]], error.message)
  const type = plane === 'jobs-data' ? 'ServiceUnavailableException' : 'InternalFailureException'
  return new AwsError(type, `The hub failed: ${error instanceof Error ? error.message : String(error)}`)
}

/** The answer for an error: status by exception and plane, the exception's name in `x-amzn-errortype` [aws 3.1]. */
export function failure(error: unknown, plane: Plane): HttpResponse {
  const { type, message, extra } = toAwsError(error, plane)
  const status = STATUS[type] ?? 400
  return {
    status: typeof status === 'number' ? status : (status[plane] ?? 400),
    headers: { 'x-amzn-errortype': type, 'content-type': 'application/json' },
    body: JSON.stringify({ message, ...extra }),
  }
}

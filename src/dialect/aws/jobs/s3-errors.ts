import type { HttpResponse } from '../../../core/seam/http.ts'
import { HubError } from '../../../core/errors.ts'
import { failure, toAwsError } from '../wire/errors.ts'

/** A refusal in S3's words; what is in `more` is told beside it. */
export class S3Error extends Error {
  override readonly name = 'S3Error'
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly more: Readonly<Record<string, string>> = {},
  ) {
    super(message)
  }
}

export const signatureDoesNotMatch = (): S3Error => {
  const message =
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.'
  return new S3Error(403, 'SignatureDoesNotMatch', message)
}

export const noSuchKey = (key: string): S3Error =>
  new S3Error(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key })

/** The answer for an error while an object is asked for or brought. */
export function s3Failure(error: unknown): HttpResponse {
  const { status, code, message, more } = error instanceof S3Error ? error : asS3(error)
  const members = Object.entries({ Code: code, Message: message, ...more })
  const inside = members.map(([name, value]) => `<${name}>${escaped(value)}</${name}>`).join('')
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inside}</Error>`,
  }
}

/** Others' refusals among them: one who presents the URL of an object may ask for anything. */
function asS3(error: unknown): S3Error {
  const { message } = toAwsError(error, 'control')
  const code = error instanceof HubError ? error.code : undefined
  if (code === 'TOO_LARGE') return new S3Error(400, 'EntityTooLarge', message)
  if (code === 'FORBIDDEN' || code === 'UNAUTHORIZED') return new S3Error(403, 'AccessDenied', message)
  if (code === 'UNSUPPORTED') return new S3Error(404, 'NoSuchBucket', message)
  const { status } = failure(error, 'control')
  if (status === 401 || status === 403) return new S3Error(403, 'AccessDenied', message)
  if (status < 500) return new S3Error(400, 'InvalidRequest', message)
  return status === 503 ? new S3Error(503, 'ServiceUnavailable', message) : new S3Error(500, 'InternalError', message)
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Control characters have no place in XML, escaped or not. */
const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (letter) => ENTITIES[letter]!).replace(/\p{Cc}/gu, '?')

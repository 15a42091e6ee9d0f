import { invalid } from '../../../core/errors.ts'
import { parseJson } from '../../../core/json-text.ts'
import type { Fulfilled, HttpRequest, Need, StoredObject } from '../../../core/seam/http.ts'
import type { Context } from '../../dialect.ts'
import { AwsError } from '../errors.ts'
import type { Fields } from '../rest/fields.ts'
import { checkPlaceholders } from './presign.ts'
import { bodyOf } from '../rest/route.ts'
import { hasVersion, parseS3Url } from './s3.ts'

/** [aws 3.4] Characters of `document`, bytes of what `documentSource` names. */
export const MAX_DOCUMENT = 32_768

/** A job document as text, and where it came from. */
export interface Source {
  document: string
  documentSource?: string
}

/** The object behind `documentSource`, fetched before a job or template is made: later changes of it do not matter [aws 3.4]. */
export function sourceNeeds(request: HttpRequest): Need[] {
  const url = bodyOf(request).get('documentSource')
  const ref = typeof url === 'string' ? parseS3Url(url) : undefined
  return ref === undefined ? [] : [{ type: 'object', ref, maxBytes: MAX_DOCUMENT }]
}

/** `document` or what `documentSource` names, both of which must be JSON; `undefined` if the request has neither. */
export function readSource(ctx: Context, fields: Fields, fulfilled: Fulfilled): Source | undefined {
  const document = fields.text('document', { min: 1, max: MAX_DOCUMENT })
  const documentSource = fields.text('documentSource', { min: 1, max: 1350 })
  if (documentSource !== undefined) {
    if (hasVersion(documentSource)) ctx.ignored('documentSource versionId')
    return { document: checked(ctx, fetched(documentSource, fulfilled[0]), 'documentSource'), documentSource }
  }
  return document === undefined ? undefined : { document: checked(ctx, document, 'document') }
}

function fetched(url: string, object: Fulfilled[number]): string {
  const ref = parseS3Url(url)
  if (ref === undefined) throw invalid('documentSource', url, 'must be an S3 URL with a bucket and a key')
  const where = `object ${ref.key} in bucket ${ref.bucket}`
  if (object === undefined) throw new AwsError('InvalidRequestException', `documentSource: there is no ${where}; the local bucket folder has none`)
  if (object instanceof Error) throw new AwsError('InvalidRequestException', `documentSource: ${where} cannot be read: ${object.message}`)
  const { size, content } = object as StoredObject
  if (size > MAX_DOCUMENT) throw new AwsError('InvalidRequestException', `documentSource: ${where} has ${size} bytes; ${MAX_DOCUMENT} are allowed`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    throw new AwsError('InvalidRequestException', `documentSource: ${where} is not UTF-8`)
  }
}

function checked(ctx: Context, document: string, field: string): string {
  try {
    parseJson(document)
  } catch (error) {
    throw invalid(field, document, `must be JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  const { broken, versioned } = checkPlaceholders(document)
  if (broken !== undefined) throw invalid(field, broken, 'is no S3 URL that a presigned-url placeholder could stand for')
  if (versioned) ctx.ignored('presigned URL versionId')
  return document
}

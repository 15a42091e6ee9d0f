import { parseJson, TooMuchJson } from '../../../core/json-text.ts'
import type { HttpRequest } from '../../../core/seam/http.ts'
import type { Fulfilled, Need, StoredObject } from '../../../core/seam/needs.ts'
import type { Context } from '../../dialect.ts'
import { AwsError } from '../wire/errors.ts'
import type { Fields } from '../wire/fields.ts'
import { urlFault } from './placeholder-forms.ts'
import { bodyOf } from '../wire/route.ts'
import { hasVersion, parseS3Url } from './s3.ts'

/** [aws 3.4] Characters of `document`, bytes of what `documentSource` names. */
export const MAX_DOCUMENT = 32_768
/** Levels of nesting that AWS takes. */
const MAX_LEVELS = 1000

/** A job document as text, and where it came from. */
export interface SourcedDocument {
  document: string
  documentSource?: string
}

/**
 * The object behind `documentSource`, fetched before a job or template is made: later changes of it do not matter [aws
 * 3.4].
 */
export function sourceNeeds(_: Context, request: HttpRequest): Need[] {
  const url = bodyOf(request).get('documentSource')
  const ref = typeof url === 'string' ? parseS3Url(url) : undefined
  return ref === undefined ? [] : [{ type: 'object', ref, maxBytes: MAX_DOCUMENT }]
}

/** Whether the request brings a document; [aws 3.4] not in both ways. */
export function givenSource(fields: Fields): boolean {
  const [document, source] = [fields.text('document') ?? '', fields.text('documentSource') ?? '']
  if (document !== '' && source !== '') {
    throw refused('Job document and job document source cannot be specified at the same time.')
  }
  return document !== '' || source !== ''
}

/** `document` or what `documentSource` names, both of which must be JSON. */
export function readSource(ctx: Context, fields: Fields, fulfilled: Fulfilled): SourcedDocument {
  const documentSource = fields.text('documentSource') ?? ''
  if (documentSource === '') return { document: checked(fields.text('document') ?? '', 'request input') }
  if (hasVersion(documentSource)) ctx.ignored('documentSource versionId')
  return { document: checked(fetched(documentSource, fulfilled[0]), documentSource), documentSource }
}

const refused = (message: string): AwsError => new AwsError('InvalidRequestException', message)

function fetched(url: string, object: Fulfilled[number]): string {
  if (parseS3Url(url) === undefined) throw refused(urlFault(url, 'Job document source'))
  if (object === undefined) throw refused(`Job document located at ${url} is not found.`)
  if (object instanceof Error) throw refused(`Job document located at ${url} cannot be read: ${object.message}`)
  const { size, content } = object as StoredObject
  if (size > MAX_DOCUMENT) {
    throw new AwsError('LimitExceededException', `Job document from ${url} exceeds size limit ${MAX_DOCUMENT} bytes.`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    throw refused(`Job document located at ${url} is an invalid JSON document.`)
  }
}

function checked(document: string, where: string): string {
  try {
    parseJson(document, { levels: MAX_LEVELS })
  } catch (error) {
    const why = error instanceof TooMuchJson ? ` It has ${error.message}.` : ''
    throw refused(`Job document located at ${where} is an invalid JSON document.${why}`)
  }
  return document
}

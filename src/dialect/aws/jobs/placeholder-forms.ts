import type { ObjectRef } from '../../../core/seam/needs.ts'
import { bucketIn, parseWrittenUrl } from './s3.ts'

/** What a placeholder of AWS's name space stands for [aws 3.10]. */
export type PlaceholderForm =
  /** What the job's `documentParameters` say. */
  | { type: 'parameter'; name: string }
  /** A URL to read an object by; `classic`: of the first of the two forms. */
  | { type: 'download'; ref: ObjectRef; version?: string; classic: boolean }
  /** A URL to write an object by. What is left out is made up for each execution. */
  | { type: 'upload'; bucket?: string; key?: string }
  /** A URL that names no object, and why not, in AWS's words. */
  | { type: 'broken'; message: string; classic: boolean }
  /** The catalogue of software packages has it, or nobody. */
  | { type: 'package' | 'unknown' }

const URL_FORM = /^aws:iot:s3-presigned-url(?:-(v1|v2|upload))?(?::(.*))?$/s
const PARAMETER = /^aws:iot:parameter:([a-zA-Z0-9_-]{1,128})$/

/** Reads what is between the braces, its parameters filled in. */
export function readPlaceholder(inside: string): PlaceholderForm {
  const [, name] = PARAMETER.exec(inside) ?? []
  if (name !== undefined) return { type: 'parameter', name }
  const [match, kind = 'v1', url] = URL_FORM.exec(inside) ?? []
  if (match === undefined) return { type: inside.startsWith('aws:iot:package:') ? 'package' : 'unknown' }
  if (kind === 'upload') return readUpload(url ?? '')
  return readDownload(url ?? '', kind === 'v1')
}

/** The classic form takes a key as written; the other one is percent-encoded, and may name a version. */
function readDownload(url: string, classic: boolean): PlaceholderForm {
  const text = classic ? url : decoded(url)
  const [, plain = '', version] = /^(.*?)(?:\?versionId=([^?&#]+))?$/s.exec(text ?? '') ?? []
  const ref = text === undefined ? undefined : parseWrittenUrl(classic ? text : plain)
  if (ref === undefined) return { type: 'broken', classic, message: urlFault(url, 'Given S3 url') }
  return { type: 'download', ref, classic, ...(!classic && version !== undefined && { version }) }
}

/** What AWS takes for percent-encoded: no blanks, quotes and other letters that a URL has not. */
function decoded(url: string): string | undefined {
  if (/[\s"<>\\^`{|}]/.test(url)) return undefined
  try {
    return decodeURIComponent(url)
  } catch {
    return undefined
  }
}

function readUpload(url: string): PlaceholderForm {
  if (url === '') return { type: 'upload' }
  const ref = parseWrittenUrl(url)
  if (ref !== undefined) return { type: 'upload', ...ref }
  const known = bucketIn(url)
  if (known === undefined) return { type: 'broken', classic: false, message: urlFault(url, 'Given S3 url') }
  return { type: 'upload', ...known }
}

/** In AWS's words, what is wrong with a text that is no URL of an object. */
export const urlFault = (url: string, what: string): string =>
  bucketIn(url)?.bucket === undefined
    ? `${what} ${url} is invalid.`
    : `Provided S3 url is not valid: ${url}. Error: Key cannot be null`

/** The places in an upload's key that are filled for each execution. */
const LOCALS = ['thingName', 'jobId', 'executionNumber'] as const
export type Locals = Record<(typeof LOCALS)[number], string>

const LOCAL = /\$\{([^${}]*)\}/g

/** Why the places in an upload's bucket and key cannot be filled; `undefined` if they can. */
export function localsFault({ bucket = '', key = '' }: { bucket?: string; key?: string }): string | undefined {
  if (bucket.includes('${')) return 'S3 bucket name in presigned url upload is not allowed to contain any placeholders'
  const names = [...key.matchAll(LOCAL)].map(([, name = '']) => name)
  const strange = names.find((name) => !isLocal(name))
  if (strange !== undefined) return `Undefined placeholder, \${${strange}}, inside of presign url upload parameter`
  const many = LOCALS.find((local) => names.filter((name) => name === local).length > 2)
  return many && `Local placeholder, \${${many}}, is allowed twice inside of presign url upload`
}

const isLocal = (name: string): boolean => (LOCALS as readonly string[]).includes(name)

/** The first such place in a text that is no upload's. */
export const localIn = (text: string): string | undefined =>
  [...text.matchAll(LOCAL)].map(([, name = '']) => name).find(isLocal)

/** An upload's key for one execution. */
export const fillLocals = (key: string, locals: Locals): string =>
  key.replace(LOCAL, (place, name: string) => (isLocal(name) ? locals[name as keyof Locals] : place))

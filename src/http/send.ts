import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { HttpRequest, HttpResponse } from '../core/seam/http.ts'
import type { StoredObject } from '../core/seam/needs.ts'
import { jsonError } from './json.ts'
import type { ObjectStore, OpenObject } from './objects.ts'
import { namesEtag, parseRange, type ByteRange } from './range.ts'

type Asked = Pick<HttpRequest, 'method' | 'headers'>

/**
 * Writes a response, always with its length. Rejects if that fails: before anything was written another response can
 * still be sent; afterwards the connection has been destroyed, as a client must never take a part for the whole.
 */
export async function send(
  res: ServerResponse,
  request: Asked,
  response: HttpResponse,
  objects: ObjectStore,
): Promise<void> {
  const { body } = response
  if (typeof body === 'object' && !Buffer.isBuffer(body))
    return sendObject(res, request, { ...response, body }, objects)
  const headers = { ...response.headers }
  if (response.status === 204 || response.status === 304) {
    res.writeHead(response.status, without(headers, ['content-length'])).end()
    return
  }
  const bytes = typeof body === 'string' ? Buffer.from(body) : (body ?? Buffer.alloc(0))
  res.writeHead(response.status, { ...without(headers, ['content-length']), 'Content-Length': bytes.length })
  // For HEAD, Node keeps the body back by itself.
  res.end(bytes)
}

async function sendObject(
  res: ServerResponse,
  request: Asked,
  response: HttpResponse & { body: { ref: StoredObject['ref'] } },
  objects: ObjectStore,
): Promise<void> {
  const { ref } = response.body
  const object = await objects.open(ref)
  if (object === undefined)
    return send(res, request, jsonError(404, 'NOT_FOUND', `No object ${ref.key} in bucket ${ref.bucket}`), objects)
  try {
    const { status, headers, range } = answerFor(request, response.status, object)
    const given = without(response.headers ?? {}, [
      'content-length',
      'content-range',
      'accept-ranges',
      'etag',
      'last-modified',
    ])
    const typed = Object.keys(given).some((name) => name.toLowerCase() === 'content-type')
    res.writeHead(status, {
      ...(!typed && range !== undefined && { 'Content-Type': 'application/octet-stream' }),
      ...given,
      ...headers,
    })
    if (range === undefined || request.method === 'HEAD') res.end()
    else await pipeline(object.bytes(range), res)
  } finally {
    await object.close()
  }
}

interface Answer {
  status: number
  headers: Record<string, string | number>
  /** The bytes that follow; absent where none do. */
  range?: ByteRange
}

/** Preconditions before ranges, in the order of [RFC 9110 13.2.2]. They are for answers that would otherwise be 200. */
function answerFor(request: Asked, status: number, { size, etag, modified }: OpenObject): Answer {
  const headers = { ETag: `"${etag}"`, 'Last-Modified': modified.toUTCString(), 'Accept-Ranges': 'bytes' }
  const whole = { start: 0, end: size - 1 }
  if (status !== 200) return { status, headers: { ...headers, 'Content-Length': size }, range: whole }

  const ifMatch = request.headers['if-match']
  if (ifMatch !== undefined && !namesEtag(ifMatch, etag, 'strong'))
    return { status: 412, headers: { ...headers, 'Content-Length': 0 } }
  const ifNoneMatch = request.headers['if-none-match']
  if (ifNoneMatch !== undefined && namesEtag(ifNoneMatch, etag, 'weak')) return { status: 304, headers }
  if (ifNoneMatch === undefined && !isNewer(modified, request.headers['if-modified-since']))
    return { status: 304, headers }

  const range = wantedRange(request, size, etag)
  if (range === 'whole') return { status, headers: { ...headers, 'Content-Length': size }, range: whole }
  if (range === 'unsatisfiable')
    return { status: 416, headers: { ...headers, 'Content-Range': `bytes */${size}`, 'Content-Length': 0 } }
  const partial = {
    'Content-Range': `bytes ${range.start}-${range.end}/${size}`,
    'Content-Length': range.end + 1 - range.start,
  }
  return { status: 206, headers: { ...headers, ...partial }, range }
}

/** Whole seconds, as the header has them; what is no date does not count [RFC 9110 13.1.3]. */
function isNewer(modified: Date, since: string | undefined): boolean {
  const at = Date.parse(since ?? '')
  return Number.isNaN(at) || Math.floor(modified.getTime() / 1000) * 1000 > at
}

/** Ranges are defined for GET only [RFC 9110 14.2]; under another If-Range than our tag the client needs everything. */
function wantedRange(request: Asked, size: number, etag: string): ByteRange | 'whole' | 'unsatisfiable' {
  const ifRange = request.headers['if-range']
  if (request.method !== 'GET' || (ifRange !== undefined && !namesEtag(ifRange, etag, 'strong'))) return 'whole'
  return parseRange(request.headers['range'], size)
}

/** Header names come in any case; what is written here must not be there twice. */
const without = (headers: Record<string, string>, names: string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name.toLowerCase())))

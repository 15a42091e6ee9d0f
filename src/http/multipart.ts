import { pipeline } from 'node:stream/promises'
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy'
import { HubError, invalid } from '../core/errors.ts'
import { say } from '../core/said.ts'
import { put } from '../core/twin/json.ts'

const MOST_FIELDS = 100
const FIELD_BYTES = 64 * 1024
/** All but the file: fields before and behind it, and what stands between them. */
const ENVELOPE_BYTES = 8 * 1024 * 1024

type Bytes = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** A form that brings a file, read up to the beginning of that. */
export interface UploadForm {
  /** Those before the file, by their names. */
  fields: Record<string, string>
  /** The file as it comes. Throws INVALID before its last bytes if the form breaks off. */
  file: AsyncIterable<Uint8Array>
  /** Reads no more of the body. */
  abandon(): void
}

/**
 * Reads a form (`multipart/form-data` [RFC 7578]) up to its file; nothing of that is kept in memory. INVALID for what
 * is no such form, has no file, or is broken; TOO_LARGE for more fields than anybody means.
 */
export function readForm(contentType: string | undefined, body: Bytes): Promise<UploadForm> {
  return new Promise((resolve, reject) => {
    const parser = parserOf(contentType)
    const fields: Record<string, string> = {}
    let file: BusboyFileStream | undefined
    const tooLarge = (): void => void parser.destroy(new HubError('TOO_LARGE', 'the form has too much beside its file'))
    parser.on('field', (name, value, _nameCut, valueCut) => {
      if (valueCut) tooLarge()
      else if (file === undefined) put(fields, name, value)
    })
    parser.on('fieldsLimit', tooLarge)
    const over = pipeline(
      bounded(body, () => file?.bytesRead ?? 0),
      parser,
    ).then(
      () => reject(invalid('body', 'a form', 'must have a file')),
      (error: unknown) => {
        const fault = faultOf(error)
        file?.destroy(fault)
        reject(fault)
        throw fault
      },
    )
    over.catch(() => {})
    parser.on('file', (_name, stream) => {
      // A caller that does not read it hears of its end by the promise.
      file = stream.on('error', () => {})
      if (parser.destroyed) return
      resolve({ fields, file: bytesOf(stream, over, parser), abandon: () => parser.destroy() })
    })
  })
}

function parserOf(contentType = 'none'): BusboyInstance {
  try {
    const limits = { files: 1, fields: MOST_FIELDS, fieldSize: FIELD_BYTES, parts: 2 * MOST_FIELDS }
    if (!/^multipart\/form-data\b/i.test(contentType)) throw new Error('another type')
    return new Busboy({ headers: { 'content-type': contentType }, limits })
  } catch {
    throw invalid('content-type', contentType, 'must be multipart/form-data with a boundary')
  }
}

/** What is no part of the file is bounded: the file has a bound of its own. */
async function* bounded(body: Bytes, inFile: () => number): AsyncGenerator<Uint8Array, void> {
  let bytes = 0
  for await (const chunk of body) {
    yield chunk
    bytes += chunk.length
    if (bytes - inFile() > ENVELOPE_BYTES) throw new HubError('TOO_LARGE', 'the form has too much beside its file')
  }
}

async function* bytesOf(
  file: BusboyFileStream,
  over: Promise<void>,
  parser: BusboyInstance,
): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of file) yield chunk as Uint8Array
    await over
  } catch (error) {
    throw faultOf(error)
  } finally {
    parser.destroy()
  }
}

/** What the parser says of a form; the client that went away is no fault of its form, but nobody hears of it. */
const faultOf = (error: unknown): HubError =>
  error instanceof HubError
    ? error
    : new HubError('INVALID', say`the form is broken: ${error instanceof Error ? error.message : String(error)}`, {
        field: 'body',
      })

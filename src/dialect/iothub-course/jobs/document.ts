import { createHash } from 'node:crypto'
import { nameOf } from '../../../core/ids.ts'
import type { Execution } from '../../../core/job/model.ts'
import type { Package, PackageFile } from '../../../core/ota/model.ts'
import type { JsonObject } from '../../../core/twin/model.ts'
import { memberText } from '../../../shared/json-text.ts'
import type { Context } from '../../dialect.ts'
import { isSegment } from '../wire/names.ts'
import { jsonObject } from '../wire/payload.ts'
import { isEncoding, type Encoding } from '../wire/topics.ts'
import { say, type Said } from '../../../core/said.ts'

/** The module whose version a device tells as `firmware_ver` [iothub 8]. */
export const FIRMWARE = 'firmware'

/** Whether that is no work, but what is wrong with a document. */
export const isFault = (work: DocumentWork | Said): work is Said => 'template' in work

/** What a job document asks of a device. */
export type DocumentWork =
  /** The document is the payload of `$ota_upgrade` [iothub 8]. */
  | { type: 'ota'; payload: string; package: Package }
  | { type: 'command'; command: string; data: string; encoding: Encoding; ttl?: number }

/**
 * Reads a job document: one with a `command` is that command, any other an upgrade. `Said` says what is wrong with it.
 */
export function readDocument(document: string): DocumentWork | Said {
  const fields = jsonObject(document)
  if (fields === undefined) return say`the document is no JSON object`
  return 'command' in fields ? readCommand(fields, document) : readUpgrade(fields, document)
}

function readCommand(
  { command, data = '', encoding = 'plain', ttl }: JsonObject,
  document: string,
): DocumentWork | Said {
  if (typeof command !== 'string' || !isSegment(command)) return say`command must be a name without / + #`
  if (!isEncoding(encoding)) return say`encoding must be plain or base64`
  if (ttl !== undefined && (typeof ttl !== 'number' || !Number.isInteger(ttl) || ttl < 1))
    return say`ttl must be a whole number of seconds, at least 1`
  const payload = typeof data === 'string' ? data : memberText(document, 'data')
  return { type: 'command', command, data: payload, encoding, ...(ttl !== undefined && { ttl }) }
}

/** An upgrade that says of nothing what it is of is one of the firmware. */
function readUpgrade({ url, version, size, md5, type = FIRMWARE }: JsonObject, document: string): DocumentWork | Said {
  if (typeof url !== 'string' || url === '') return say`url must be a text`
  if (typeof version !== 'string' || version === '') return say`version must be a text`
  if (typeof type !== 'string') return say`type must be a text`
  const file: PackageFile = {
    url,
    ...(typeof size === 'number' && { size }),
    ...(typeof md5 === 'string' && { digest: { algorithm: 'MD5', value: md5 } }),
  }
  return { type: 'ota', payload: document, package: { module: type, version, files: [file] } }
}

/** The work of an execution; `Said` says what is wrong with its document. */
export const workOf = (ctx: Context, { job }: Execution): DocumentWork | Said =>
  readDocument(ctx.engine.jobs.require(job).document)

/**
 * What the device answers an execution by: the job's name, as long as a topic can hold it, and for another attempt
 * something new.
 */
export function requestIdOf({ job, number }: Pick<Execution, 'job' | 'number'>): string {
  const name = nameOf(job)
  return number === 1 && isSegment(name)
    ? name
    : createHash('sha256').update(`${name} ${number}`).digest('hex').slice(0, 24)
}

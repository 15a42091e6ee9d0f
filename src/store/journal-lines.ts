import { crc32 } from 'node:zlib'
import type { Files } from './files.ts'

/** Sets a record, or deletes it where there is none. A table keeps the order in which its keys were first set. */
export type Operation = [table: string, key: string, record?: object]

/** The first line of every file, as bare JSON: any release can read at least this much of any other's files. */
export interface FileHeader {
  format: 'local-iot-hub'
  file: 'snapshot' | 'journal'
  /** Of the records: see migrations.ts. */
  version: number
  /** A journal's own number; in a snapshot, the first journal to be replayed on it. */
  generation: number
}

export const encodeHeader = (header: FileHeader): string =>
  `${JSON.stringify({ ...header, check: checkOf(JSON.stringify(header)) })}\n`

const checkOf = (text: string): string => crc32(text).toString(16).padStart(8, '0')

/** The header of a file, or `undefined` if it has none that can be read. */
export async function readHeader(files: Files, path: string): Promise<FileHeader | undefined> {
  const chunks: Buffer[] = []
  for await (const chunk of files.read(path)) {
    const end = chunk.indexOf(10)
    chunks.push(end === -1 ? chunk : chunk.subarray(0, end))
    if (end !== -1) return decodeHeader(Buffer.concat(chunks))
  }
  return undefined
}

/** The header in a line, or `undefined` if it is none, or not as it was written. */
export function decodeHeader(line: Buffer): FileHeader | undefined {
  try {
    const { check, ...header } = JSON.parse(line.toString()) as Partial<FileHeader> & { check?: unknown }
    const { format, file, version, generation } = header
    const known = format === 'local-iot-hub' && Number.isInteger(version) && Number.isInteger(generation)
    // Early files have no check.
    if (!known || (check !== undefined && check !== checkOf(JSON.stringify(header)))) return undefined
    return file === 'snapshot' || file === 'journal' ? (header as FileHeader) : undefined
  } catch {
    return undefined
  }
}

/** The version in a line that was a header before it was damaged, if that can be told. */
export function guessVersion(line: Buffer): number | undefined {
  const found = /"version":(\d{1,4}),"generation"/.exec(line.toString('latin1', 0, 200))?.[1]
  return found === undefined ? undefined : Number(found)
}

/** A line is the CRC-32 of its JSON in 8 hex digits, a space, the JSON. */
export const encodeLine = (json: string): string => `${checkOf(json)} ${json}\n`

/** The value in a line, or `undefined` if the line is damaged. */
export function decodeLine(line: Buffer): unknown {
  if (line.length < 10 || line.toString('latin1', 0, 9) !== `${crc32(line.subarray(9)).toString(16).padStart(8, '0')} `)
    return undefined
  try {
    return JSON.parse(line.toString('utf8', 9))
  } catch {
    return undefined
  }
}

/** Where another line begins within a damaged one, if it was the line feed between them that was damaged. */
const BEGINNING = /[0-9a-f]{8} [[{]/g
/** So many places are tried in one line: a hostile one may have many. */
const TRIED = 100

/**
 * The values in a line that is damaged as a whole: if the damage is the line feed between two, both are still there.
 */
export function salvage(line: Buffer): unknown[] {
  const text = line.toString('latin1')
  const found: unknown[] = []
  let from = 0
  for (const { index } of [...text.matchAll(BEGINNING)].slice(0, TRIED)) {
    if (index <= from) continue
    const value = decodeLine(line.subarray(from, index - 1))
    if (value === undefined && decodeLine(line.subarray(index)) === undefined) continue
    if (value !== undefined) found.push(value)
    from = index
  }
  // Its own line feed may be what is damaged.
  const last = from === 0 ? undefined : decodeLine(line.subarray(from))
  const rest = last ?? decodeLine(line.subarray(from, line.length - 1))
  return rest === undefined ? found : [...found, rest]
}

/**
 * Calls `visit` with every line that its line feed ends. Resolves to what comes after the last of them, and the size of
 * all.
 */
export async function eachLine(
  files: Files,
  path: string,
  visit: (line: Buffer) => void,
): Promise<{ size: number; rest: Buffer }> {
  let size = 0
  let started: Buffer[] = []
  for await (const chunk of files.read(path)) {
    size += chunk.length
    let from = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const piece = chunk.subarray(from, end)
      const line = started.length === 0 ? piece : Buffer.concat([...started, piece])
      started = []
      from = end + 1
      visit(line)
    }
    if (from < chunk.length) started.push(chunk.subarray(from))
  }
  return { size, rest: Buffer.concat(started) }
}

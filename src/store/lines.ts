import { crc32 } from 'node:zlib'
import type { Files } from './files.ts'

/** Sets a record, or deletes it where there is none. A table keeps the order in which its keys were first set. */
export type Operation = [table: string, key: string, record?: object]

/** The first line of every file, as bare JSON: any release can read at least this much of any other's files. */
export interface Header {
  format: 'local-iot-hub'
  file: 'snapshot' | 'journal'
  /** Of the records: see migrations.ts. */
  version: number
  /** A journal's own number; in a snapshot, the first journal to be replayed on it. */
  generation: number
}

export const encodeHeader = (header: Header): string => `${JSON.stringify(header)}\n`

/** The header of a file, or `undefined` if it has none that can be read. */
export async function readHeader(files: Files, path: string): Promise<Header | undefined> {
  const chunks: Buffer[] = []
  for await (const chunk of files.read(path)) {
    const end = chunk.indexOf(10)
    chunks.push(end === -1 ? chunk : chunk.subarray(0, end))
    if (end !== -1) return decodeHeader(Buffer.concat(chunks))
  }
  return undefined
}

/** The header in a line, or `undefined` if it is none. */
export function decodeHeader(line: Buffer): Header | undefined {
  try {
    const header = JSON.parse(line.toString()) as Partial<Header> | null
    const known =
      header?.format === 'local-iot-hub' && Number.isInteger(header.version) && Number.isInteger(header.generation)
    return known && (header.file === 'snapshot' || header.file === 'journal') ? (header as Header) : undefined
  } catch {
    return undefined
  }
}

/** A line is the CRC-32 of its JSON in 8 hex digits, a space, the JSON. */
export const encodeLine = (json: string): string => `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`

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

/**
 * Calls `visit` with every line that its line feed ends, until it returns false. `size` is that of the file, `good`
 * that of the lines accepted, both in bytes; `refused` tells a refused line from an unfinished last one.
 */
export async function eachLine(
  files: Files,
  path: string,
  visit: (line: Buffer) => boolean,
): Promise<{ good: number; size: number; refused: boolean }> {
  let good = 0
  let size = 0
  let refused = false
  let started: Buffer[] = []
  for await (const chunk of files.read(path)) {
    size += chunk.length
    let from = 0
    for (let end = chunk.indexOf(10); end !== -1 && !refused; end = chunk.indexOf(10, from)) {
      const piece = chunk.subarray(from, end)
      const line = started.length === 0 ? piece : Buffer.concat([...started, piece])
      started = []
      from = end + 1
      refused = !visit(line)
      if (!refused) good += line.length + 1
    }
    if (!refused && from < chunk.length) started.push(chunk.subarray(from))
  }
  return { good, size, refused }
}

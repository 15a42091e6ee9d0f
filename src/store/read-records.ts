import type { Files } from './files.ts'
import { decodeHeader, decodeLine, eachLine, type Header, type Operation } from './lines.ts'
import { migrate, refuseNewer, type Migration } from './migrations.ts'

/** What could be read of a file. */
export interface Reading {
  header: Header | undefined
  /** Operations read. */
  records: number
  /** Bytes up to the end of the last readable line, and of the whole file. */
  good: number
  size: number
  /** `torn`: the last line was never finished, and nothing else is wrong; `damaged`: more than that. */
  flaw?: { type: 'torn' | 'damaged'; where: string }
}

/** Reads a snapshot or journal up to its end or its first flaw, handing out operations of the current version. */
export async function readRecords(
  files: Files,
  path: string,
  file: Header['file'],
  migrations: readonly Migration[],
  apply: (operation: Operation) => void,
): Promise<Reading> {
  let header: Header | undefined
  let line = 0
  let records = 0
  let ended = false
  const { good, size, refused } = await eachLine(files, path, (bytes) => {
    line += 1
    if (header === undefined) {
      const found = decodeHeader(bytes)
      if (found?.file !== file) return false
      header = found
      refuseNewer(path, header.version, migrations)
      return true
    }
    const value = ended ? undefined : decodeLine(bytes)
    if (Array.isArray(value)) {
      const operations = value as Operation[]
      records += operations.length
      for (const operation of migrate(migrations, header.version, operations)) apply(operation)
      return true
    }
    ended = file === 'snapshot' && isEnd(value) && value.end === records
    return ended
  })
  const reading = { header, records, good, size }
  if (refused)
    return {
      ...reading,
      flaw: { type: 'damaged', where: line === 1 ? 'its header is unreadable' : `line ${line} is unreadable` },
    }
  if (file === 'snapshot' && !ended) return { ...reading, flaw: { type: 'damaged', where: 'its end is missing' } }
  if (good < size || size === 0) return { ...reading, flaw: { type: 'torn', where: 'its last line is unfinished' } }
  return reading
}

const isEnd = (value: unknown): value is { end: number } =>
  typeof value === 'object' && value !== null && 'end' in value

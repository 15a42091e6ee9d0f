import type { Files } from './files.ts'
import {
  decodeHeader,
  decodeLine,
  eachLine,
  guessVersion,
  salvage,
  type FileHeader,
  type Operation,
} from './journal-lines.ts'
import { migrate, refuseNewer, versionAfter, type Migration } from './migrations.ts'
import { asSaid, say, type Words } from '../core/said.ts'

/** What could be read of a file. */
export interface Reading {
  /** Absent if there is none, or a damaged one. */
  header: FileHeader | undefined
  /** Operations read. */
  records: number
  /** Bytes of the file, and of it what could not be read. */
  size: number
  unread: number
  /** `torn`: the last line was never finished, and nothing else is wrong; `damaged`: more than that. */
  flaw?: { type: 'torn' | 'damaged'; where: Words }
}

/** Reads all of a snapshot or journal that has a good checksum, handing out operations of the current version. */
export async function readRecords(
  files: Files,
  path: string,
  file: FileHeader['file'],
  migrations: readonly Migration[],
  apply: (operation: Operation) => void,
): Promise<Reading> {
  let header: FileHeader | undefined
  /** As which version the lines are read; none is if that cannot be told. */
  let version: number | undefined
  let line = 0
  let records = 0
  let unread = 0
  let end: number | undefined
  const damaged: number[] = []

  const take = (value: unknown): boolean => {
    if (file === 'snapshot' && isEnd(value)) {
      end = value.end
      return true
    }
    if (!Array.isArray(value) || version === undefined) return false
    const operations = value as Operation[]
    records += operations.length
    for (const operation of migrate(migrations, version, operations)) apply(operation)
    return true
  }
  /** A damaged header may still tell its version; else it is of this release, as nearly all are. */
  const guess = (bytes: Buffer): void => {
    version = Math.max(1, Math.min(guessVersion(bytes) ?? versionAfter(migrations), versionAfter(migrations)))
  }
  const begin = (bytes: Buffer): boolean => {
    const found = decodeHeader(bytes)
    if (found?.file === file) {
      header = found
      version = found.version
      refuseNewer(path, version, migrations)
      return true
    }
    // A file of another kind has good lines, too, and they mean something else.
    if (found === undefined) guess(bytes)
    return false
  }
  const visit = (bytes: Buffer): void => {
    line += 1
    if (line === 1 ? begin(bytes) : take(decodeLine(bytes))) return
    const saved = version === undefined ? 0 : salvage(bytes).filter(take).length
    // A line feed within the header.
    if (line === 2 && header === undefined && version !== undefined) guess(bytes)
    if (line === 1 || version !== undefined) damaged.push(line)
    if (saved === 0) unread += bytes.length + 1
  }

  const { size, rest } = await eachLine(files, path, visit)
  // A last line may lack but its line feed.
  const last =
    rest.length > 0 && line > 0 ? [decodeLine(rest), ...salvage(rest)].find((value) => take(value)) : undefined
  const reading = { header, records, size, unread: unread + (last === undefined ? rest.length : 0) }
  const where = whereOf(damaged, file, end, records)
  if (where !== undefined) return { ...reading, flaw: { type: 'damaged', where } }
  if (last !== undefined) return { ...reading, flaw: { type: 'damaged', where: 'the end of its last line is missing' } }
  if (rest.length > 0 || size === 0) return { ...reading, flaw: { type: 'torn', where: 'its last line is unfinished' } }
  return reading
}

function whereOf(
  damaged: number[],
  file: FileHeader['file'],
  end: number | undefined,
  records: number,
): Words | undefined {
  const [first, second] = damaged
  const more = damaged.length - 2
  if (first !== undefined && second !== undefined) {
    const begin = first === 1 ? asSaid('its header') : say`line ${first}`
    return more > 0
      ? say`${begin}, line ${second} and ${more} more are unreadable`
      : say`${begin}, line ${second} are unreadable`
  }
  if (first !== undefined) return first === 1 ? 'its header is unreadable' : say`line ${first} is unreadable`
  if (file === 'journal') return undefined
  if (end === undefined) return 'its end is missing'
  return end === records ? undefined : say`it should have ${end} records, and has ${records}`
}

const isEnd = (value: unknown): value is { end: number } =>
  typeof value === 'object' && value !== null && 'end' in value

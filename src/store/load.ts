import { join } from 'node:path'
import type { HubData } from './changes.ts'
import type { Files } from './files.ts'
import { readHeader, type Operation } from './lines.ts'
import { refuseNewer, versionAfter, type Migration } from './migrations.ts'
import { readRecords, type Reading } from './read-records.ts'

export const SNAPSHOT = 'hub.jsonl'
/** A snapshot on its way. */
export const UNFINISHED = `${SNAPSHOT}.tmp`
export const journalName = (generation: number): string => `journal-${generation}.jsonl`

/** The generations of the journals among these file names, in order. */
export function journalsIn(names: string[]): number[] {
  const found = names
    .map((name) => Number(/^journal-(\d+)\.jsonl$/.exec(name)?.[1] ?? 0))
    .filter((generation) => generation > 0)
  return found.sort((a, b) => a - b)
}

export interface Loaded {
  data: HubData
  /** The newest journal there is, or the first there should be. */
  generation: number
  /** How much of that journal is good; 0: it must be begun. */
  length: number
  snapshotBytes: number
  journalBytes: number
  /** The files that hold the state, besides that journal. */
  closed: string[]
  /** Files were damaged or of an older version: no commit may be accepted before a new snapshot has replaced them. */
  rewrite: boolean
}

export interface Source {
  directory: string
  files: Files
  migrations: readonly Migration[]
  warn(text: string): void
}

/**
 * Reads the snapshot and replays its journals, up to the first damage: what comes after it may build on what is lost.
 * Damaged files, and journals that therefore cannot be replayed, are copied aside; the originals stay until a new
 * snapshot replaces them, so that a crash now changes nothing.
 */
export async function load(source: Source): Promise<Loaded> {
  const { directory, files, migrations, warn } = source
  const names = await files.list(directory)
  const journals = journalsIn(names)
  await refuseNewerFiles(source, [...(names.includes(SNAPSHOT) ? [SNAPSHOT] : []), ...journals.map(journalName)])

  // Left by a crash; it would take its room until the next snapshot.
  if (names.includes(UNFINISHED)) await files.remove(join(directory, UNFINISHED))

  const data: HubData = { tables: new Map() }
  const read = (name: string, file: 'snapshot' | 'journal'): Promise<Reading> =>
    readRecords(files, join(directory, name), file, migrations, (operation) => apply(data, operation))
  const loaded: Loaded = {
    data,
    generation: 1,
    length: 0,
    snapshotBytes: 0,
    journalBytes: 0,
    closed: [],
    rewrite: false,
  }
  const isOld = (reading: Reading): boolean =>
    reading.header !== undefined && reading.header.version < versionAfter(migrations)

  let first = journals[0] ?? 1
  if (names.includes(SNAPSHOT)) {
    const reading = await read(SNAPSHOT, 'snapshot')
    loaded.snapshotBytes = reading.size
    loaded.closed.push(SNAPSHOT)
    first = reading.header?.generation ?? first
    if (reading.flaw !== undefined) warn(await report(source, names, SNAPSHOT, reading))
    loaded.rewrite = reading.flaw !== undefined || isOld(reading)
  } else if (first > 1) {
    warn(
      `${join(directory, SNAPSHOT)} is missing: only what the journals from ${journalName(first)} on hold was recovered`,
    )
    loaded.rewrite = true
  }
  const replayable = journals.filter((generation) => generation >= first)
  // A snapshot is only ever written once its journal exists.
  if (replayable.length === 0 && names.includes(SNAPSHOT)) replayable.push(first)
  loaded.generation = replayable.at(-1) ?? 1

  let expected = first
  let broken = false
  for (const generation of replayable) {
    const name = journalName(generation)
    const path = join(directory, name)
    if (!broken && !(generation === expected && journals.includes(generation))) {
      warn(
        `${join(directory, journalName(expected))} is missing: the changes it held, and later ones, were not recovered`,
      )
      broken = true
    }
    expected += 1
    if (broken) {
      if (journals.includes(generation))
        warn(`${path} cannot be replayed without what is lost: set aside as ${await setAside(source, names, name)}`)
      continue
    }
    const reading = await read(name, 'journal')
    loaded.journalBytes += reading.good
    loaded.length = reading.good
    loaded.rewrite ||= isOld(reading)
    if (reading.flaw?.type === 'torn' && generation === replayable.at(-1) && reading.good === 0) {
      warn(`${path} has no header: it had only just been created, held nothing yet and is begun anew`)
    } else if (reading.flaw?.type === 'torn' && generation === replayable.at(-1)) {
      warn(
        `${path} is unfinished: its last ${reading.size - reading.good} bytes, of a line that had not been acknowledged, were dropped`,
      )
    } else if (reading.flaw !== undefined) {
      warn(await report(source, names, name, reading))
      broken = true
    }
  }
  loaded.rewrite ||= broken
  loaded.closed.push(...replayable.slice(0, -1).map(journalName))
  return loaded
}

function apply({ tables }: HubData, [table, key, record]: Operation): void {
  let records = tables.get(table)
  if (records === undefined) tables.set(table, (records = new Map()))
  if (record === undefined) records.delete(key)
  else records.set(key, record)
}

/** Looks at all headers before anything is read or touched. */
async function refuseNewerFiles({ directory, files, migrations }: Source, names: string[]): Promise<void> {
  for (const name of names) {
    const path = join(directory, name)
    const header = await readHeader(files, path)
    if (header !== undefined) refuseNewer(path, header.version, migrations)
  }
}

async function report(
  source: Source,
  names: string[],
  name: string,
  { records, good, size, flaw }: Reading,
): Promise<string> {
  const aside = await setAside(source, names, name)
  return (
    `${join(source.directory, name)} is damaged: ${flaw?.where ?? ''}. Recovered: the ${records} changes before that. ` +
    `Not recovered: the last ${size - good} of its ${size} bytes. The file was set aside as ${aside}`
  )
}

/** Copies a file to the first free `<name>.damaged-<n>`. */
async function setAside({ directory, files }: Source, names: string[], name: string): Promise<string> {
  let n = 1
  while (names.includes(`${name}.damaged-${n}`)) n += 1
  const aside = `${name}.damaged-${n}`
  await files.copy(join(directory, name), join(directory, aside))
  names.push(aside)
  return aside
}

/**
 * Moves a file that is not the hub's to the first free `<name>.replaced-<n>`; the ninth has to make room for those
 * after it.
 */
export async function moveAside({ directory, files }: Source, names: readonly string[], name: string): Promise<string> {
  let n = 1
  while (n < 9 && names.includes(`${name}.replaced-${n}`)) n += 1
  const aside = `${name}.replaced-${n}`
  await files.rename(join(directory, name), join(directory, aside))
  return aside
}

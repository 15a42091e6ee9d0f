import { join } from 'node:path'
import type { HubData } from './dirty-keys.ts'
import type { Files } from './files.ts'
import { readHeader, type FileHeader, type Operation } from './journal-lines.ts'
import { refuseNewer, versionAfter, type Migration } from './migrations.ts'
import { readRecords, type Reading } from './read-records.ts'
import { RESERVE } from './reserve.ts'
import { asSaid, say, type Words } from '../core/said.ts'

export const SNAPSHOT = 'hub.jsonl'
/** A snapshot on its way. */
export const UNFINISHED = `${SNAPSHOT}.tmp`
/** What other files of the directory are called that show that a hub has run. */
const ASIDE = /\.(damaged|replaced)-\d+$/
export const journalName = (generation: number): string => `journal-${generation}.jsonl`

/** The generations of the journals among these file names, in order. */
export function journalsIn(names: string[]): number[] {
  const found = names
    .map((name) => Number(/^journal-(\d+)\.jsonl$/.exec(name)?.[1] ?? 0))
    .filter((generation) => generation > 0)
  return found.sort((a, b) => a - b)
}

export interface LoadResult {
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

export interface LoadOptions {
  directory: string
  files: Files
  migrations: readonly Migration[]
  warn(text: Words): void
}

/**
 * Reads the snapshot and replays its journals: all that has a good checksum, whatever is wrong around it. Records are
 * written whole, so that a lost line costs what it held, and no more. Files that are damaged are copied aside; the
 * originals stay until a new snapshot replaces them, so that a crash now changes nothing.
 */
export async function loadStore(source: LoadOptions): Promise<LoadResult> {
  const { directory, files, warn } = source
  const names = await files.list(directory)
  const journals = journalsIn(names)
  await refuseNewerFiles(source, [...(names.includes(SNAPSHOT) ? [SNAPSHOT] : []), ...journals.map(journalName)])

  // Left by a crash; it would take its room until the next snapshot.
  if (names.includes(UNFINISHED)) await files.remove(join(directory, UNFINISHED))

  const loaded: LoadResult = { ...NOTHING, data: { tables: new Map() }, closed: [] }
  const first = names.includes(SNAPSHOT) ? await loadSnapshot(source, names, journals, loaded) : (journals[0] ?? 1)
  if (!names.includes(SNAPSHOT)) sayWhatIsMissing(source, names, journals, loaded)

  const replayable = journals.filter((generation) => generation >= first)
  // A snapshot is only ever written once its journal exists.
  if (names.includes(SNAPSHOT) && replayable[0] !== first) {
    warn(say`${join(directory, journalName(first))} is missing: the changes it held were not recovered`)
    loaded.rewrite = true
  }
  for (const [index, generation] of replayable.entries()) {
    const before = replayable[index - 1]
    if (before !== undefined && generation > before + 1) {
      const [first, last] = [join(directory, journalName(before + 1)), journalName(generation - 1)]
      warn(
        generation === before + 2
          ? say`${first} is missing: the changes it held were not recovered`
          : say`${first} to ${last} are missing: the changes they held were not recovered`,
      )
      loaded.rewrite = true
    }
    await loadJournal(source, names, generation, index === replayable.length - 1, loaded)
  }
  loaded.generation = replayable.at(-1) ?? first
  loaded.closed.push(...replayable.slice(0, -1).map(journalName))
  return loaded
}

const NOTHING = { generation: 1, length: 0, snapshotBytes: 0, journalBytes: 0, rewrite: false }

/** Resolves to the first journal to be replayed on it. */
async function loadSnapshot(
  source: LoadOptions,
  names: string[],
  journals: number[],
  loaded: LoadResult,
): Promise<number> {
  const reading = await readInto(source, SNAPSHOT, 'snapshot', loaded)
  loaded.snapshotBytes = reading.size
  loaded.closed.push(SNAPSHOT)
  if (reading.flaw !== undefined) {
    source.warn(await report(source, names, SNAPSHOT, reading))
    loaded.rewrite = true
  }
  // Without its header all there are: what the snapshot holds of them already is the same once more.
  return reading.header?.generation ?? journals[0] ?? 1
}

async function loadJournal(
  source: LoadOptions,
  names: string[],
  generation: number,
  isLast: boolean,
  loaded: LoadResult,
): Promise<void> {
  const { directory, warn } = source
  const name = journalName(generation)
  const reading = await readInto(source, name, 'journal', loaded)
  const good = reading.size - reading.unread
  loaded.journalBytes += good
  loaded.length = good
  if (reading.flaw === undefined) return
  const path = join(directory, name)
  if (reading.flaw.type === 'torn' && isLast && good === 0) {
    warn(say`${path} has no header: it had only just been created, held nothing yet and is begun anew`)
  } else if (reading.flaw.type === 'torn' && isLast) {
    const what = say`its last ${reading.unread} bytes, of a line that had not been acknowledged, were dropped`
    warn(say`${path} is unfinished: ${what}`)
  } else {
    warn(await report(source, names, name, reading))
    loaded.rewrite = true
  }
}

async function readInto(
  source: LoadOptions,
  name: string,
  file: FileHeader['file'],
  loaded: LoadResult,
): Promise<Reading> {
  const { directory, files, migrations } = source
  const apply = (operation: Operation): void => applyTo(loaded.data, operation)
  const reading = await readRecords(files, join(directory, name), file, migrations, apply)
  if (reading.header !== undefined && reading.header.version < versionAfter(migrations)) loaded.rewrite = true
  return reading
}

/** A folder without a snapshot may be new, or its first journal may be all there ever was. Else something is gone. */
function sayWhatIsMissing(
  { directory, warn }: LoadOptions,
  names: string[],
  journals: number[],
  loaded: LoadResult,
): void {
  const [first] = journals
  if (first !== undefined && first > 1) {
    const rest = say`only what the journals from ${journalName(first)} on hold was recovered`
    warn(say`${join(directory, SNAPSHOT)} is missing: ${rest}`)
    loaded.rewrite = true
  }
  const traces = names.filter((name) => name === RESERVE || name === UNFINISHED || ASIDE.test(name))
  if (first === undefined && traces.length > 0) {
    const what = say`${SNAPSHOT} and ${journalName(1)} are missing in ${directory}`
    warn(say`${what}, where a hub has run (${traces.join(', ')}): nothing was recovered`)
  }
}

function applyTo({ tables }: HubData, [table, key, record]: Operation): void {
  let records = tables.get(table)
  if (records === undefined) tables.set(table, (records = new Map()))
  if (record === undefined) records.delete(key)
  else records.set(key, record)
}

/** Looks at all headers before anything is read or touched. */
async function refuseNewerFiles({ directory, files, migrations }: LoadOptions, names: string[]): Promise<void> {
  for (const name of names) {
    const path = join(directory, name)
    const header = await readHeader(files, path)
    if (header !== undefined) refuseNewer(path, header.version, migrations)
  }
}

async function report(source: LoadOptions, names: string[], name: string, reading: Reading): Promise<Words> {
  const { records, size, unread, flaw } = reading
  const aside = await setAside(source, names, name)
  const rest = say`Recovered: the ${records} changes around that. Not recovered: ${unread} of its ${size} bytes`
  const kept = say`The file was set aside as ${aside}`
  return say`${join(source.directory, name)} is damaged: ${asSaid(flaw?.where ?? '')}. ${rest}. ${kept}`
}

/** Copies a file to the first free `<name>.damaged-<n>`. */
async function setAside({ directory, files }: LoadOptions, names: string[], name: string): Promise<string> {
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
export async function moveAside(
  { directory, files }: LoadOptions,
  names: readonly string[],
  name: string,
): Promise<string> {
  let n = 1
  while (n < 9 && names.includes(`${name}.replaced-${n}`)) n += 1
  const aside = `${name}.replaced-${n}`
  await files.rename(join(directory, name), join(directory, aside))
  return aside
}

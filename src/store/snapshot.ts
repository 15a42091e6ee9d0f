import type { HubData } from './dirty-keys.ts'
import { writeFully, type OpenFile } from './files.ts'
import { encodeHeader, encodeLine, type FileHeader } from './journal-lines.ts'

/** A line is full at either: as many records as parse well in one go, yet no more than a millisecond's work. */
const RECORDS_PER_LINE = 256
const CHARACTERS_PER_LINE = 128 * 1024

/**
 * Writes everything, slice by slice, while the hub goes on changing it: each record as it is when its turn comes. The
 * journal that was begun before holds every change made meanwhile, as whole records, so that replaying it sets things
 * right. Resolves, with the bytes written, once they would survive a power failure.
 */
export async function writeSnapshot(file: OpenFile, header: FileHeader, data: HubData): Promise<number> {
  let length = 0
  const append = async (text: string): Promise<void> => {
    const bytes = Buffer.from(text)
    await writeFully(file, bytes, length)
    length += bytes.length
  }
  await append(encodeHeader(header))
  let records = 0
  for (const slice of slices(data)) {
    records += slice.length
    await append(encodeLine(`[${slice.join(',')}]`))
  }
  await append(encodeLine(JSON.stringify({ end: records })))
  await file.sync()
  return length
}

function* slices({ tables }: HubData): Generator<string[]> {
  let slice: string[] = []
  let characters = 0
  for (const [name, records] of tables) {
    const table = JSON.stringify(name)
    for (const [key, record] of records) {
      const operation = `[${table},${JSON.stringify(key)},${JSON.stringify(record)}]`
      slice.push(operation)
      characters += operation.length
      if (slice.length < RECORDS_PER_LINE && characters < CHARACTERS_PER_LINE) continue
      yield slice
      slice = []
      characters = 0
    }
  }
  if (slice.length > 0) yield slice
}

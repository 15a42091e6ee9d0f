import type { Instant } from '../clock.ts'
import type { Table } from '../table.ts'

/** An identifier that has come before. */
export interface SeenRecord {
  at: Instant
  /** The client that brought it. */
  by: string
}

/** How long (milliseconds) and how many identifiers are remembered. */
export interface DeduplicationWindow {
  forMs: number
  most: number
}

/**
 * Old records dropped with each new one: more than one, so that they cannot pile up, but not so many that anybody
 * waits.
 */
const FORGOTTEN_AT_ONCE = 8

/** The first use of `id`, if it is still remembered. */
export function seenBefore(
  table: Table<SeenRecord>,
  { forMs }: DeduplicationWindow,
  id: string,
  now: Instant,
): SeenRecord | undefined {
  const record = table.get(id)
  return record !== undefined && record.at + forMs > now ? record : undefined
}

/** Remembers `id` from now on, and forgets some of what is too old or too much. */
export function rememberId(
  table: Table<SeenRecord>,
  { forMs, most }: DeduplicationWindow,
  id: string,
  record: SeenRecord,
): void {
  // Set anew, it goes to the end: the table's order is the order of age.
  table.delete(id)
  table.set(id, record)
  let dropped = 0
  for (const [key, { at }] of table.entries()) {
    const over = table.size > most
    if (dropped === FORGOTTEN_AT_ONCE || (!over && at + forMs > record.at)) return
    table.delete(key)
    dropped += 1
  }
}

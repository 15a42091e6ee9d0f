import type { Instant } from '../core/clock.ts'
import type { Tables } from '../core/table.ts'

const TABLE = 'meta'
const KEY = 'clock'

/** Where virtual time goes on after a restart: it never goes back, and never lies behind the real one at the start. */
export const lastInstant = (tables: Tables, now: Instant): Instant =>
  Math.max(now, tables.table<{ now: Instant }>(TABLE).get(KEY)?.now ?? 0)

export function rememberInstant(tables: Tables, now: Instant): void {
  tables.table<{ now: Instant }>(TABLE).set(KEY, { now })
}

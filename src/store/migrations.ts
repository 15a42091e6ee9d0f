import { say } from '../core/said.ts'
import type { Operation } from './journal-lines.ts'
import { courseName } from './migrations/course-name.ts'
import type { Migration } from './migrations/migration.ts'
import { queueOwners } from './migrations/queue-owners.ts'
import { retainedOnce } from './migrations/retained-once.ts'
import { upgrades } from './migrations/upgrades.ts'
import { StoreError } from './store-error.ts'

export type { Migration } from './migrations/migration.ts'

/**
 * How stored records have changed from release to release: the first entry leads from version 1 to 2, and so on.
 * It works on single operations, so that snapshots and journals, deletions included, migrate alike.
 */
export const MIGRATIONS: readonly Migration[] = [queueOwners, upgrades, courseName, retainedOnce]

/** The version that is written, and the newest that can be read. */
export const versionAfter = (migrations: readonly Migration[]): number => migrations.length + 1

/** Brings operations of an older version up to date. */
export function migrate(migrations: readonly Migration[], version: number, operations: Operation[]): Operation[] {
  let migrated = operations
  for (const step of migrations.slice(version - 1)) migrated = migrated.flatMap((operation) => step(operation))
  return migrated
}

/** Throws NEWER_VERSION for a file of a version this release does not know. */
export function refuseNewer(path: string, version: number, migrations: readonly Migration[]): void {
  const known = versionAfter(migrations)
  if (version <= known) return
  throw new StoreError(
    'NEWER_VERSION',
    say`${path} has version ${version}, this release reads up to ${known}: use a newer release; nothing was changed`,
  )
}

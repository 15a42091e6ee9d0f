import type { Operation } from '../journal-lines.ts'

/** What one change of the version before means in the next: as many operations as it takes, also none. */
export type Migration = (operation: Operation) => Operation[]

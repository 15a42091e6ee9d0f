import type { Execution } from '../job/model.ts'
import { retries } from '../job/retry.ts'
import type { Table, Tables } from '../table.ts'
import type { Confirmation } from './model.ts'

/** Which upgrades have been confirmed; one that is retried has been with the attempt that it retries. */
export class Confirmations {
  readonly #table: Table<Confirmation>

  constructor(tables: Tables) {
    this.#table = tables.table('confirmations')
  }

  has(execution: Execution): boolean {
    return this.#table.get(keyOf(execution))?.number === firstAttempt(execution)
  }

  add(execution: Execution): void {
    const { job, device } = execution
    this.#table.set(keyOf(execution), { job, device, number: firstAttempt(execution) })
  }

  /** Nothing is left of this job on this device. */
  forget(execution: Execution): void {
    this.#table.delete(keyOf(execution))
  }
}

const keyOf = ({ job, device }: Execution): string => `${job} ${device}`

/** The number of the attempt that this one retries, or its own. */
const firstAttempt = (execution: Execution): number => execution.number - retries(execution)

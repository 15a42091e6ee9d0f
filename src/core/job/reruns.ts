import type { DeviceKey, JobKey } from '../ids.ts'
import type { Table, Tables } from '../table.ts'
import type { ExecutionIndex } from './execution-index.ts'
import type { Execution } from './model.ts'
import { SLICE } from './sweep.ts'

/** The executions that people want tried again: device and number of the attempt that failed. */
interface Rerun {
  failed: [DeviceKey, number][]
}

/** Failed executions to be queued anew, a slice a turn. What is left of a list outlives a restart. */
export class Reruns {
  readonly #table: Table<Rerun>
  readonly #index: ExecutionIndex
  /** How far each list is done; after a restart it is gone through anew, which does no harm. */
  readonly #cursors = new Map<JobKey, number>()

  constructor(tables: Tables, index: ExecutionIndex) {
    this.#table = tables.table('reruns')
    this.#index = index
  }

  has(job: JobKey): boolean {
    return this.#table.has(job)
  }

  /**
   * Takes down what has failed by now, oldest first, in place of an earlier list; returns how many. `isFor` tells whose
   * it still is.
   */
  list(job: JobKey, isFor: (device: DeviceKey) => boolean): number {
    const again = ({ device, status }: Execution): boolean =>
      (status === 'FAILED' || status === 'TIMED_OUT') && isFor(device)
    const ended = [...this.#index.ofJob(job).values()].filter(again)
    const failed = ended
      .sort((a, b) => a.order - b.order)
      .map(({ device, number }): [DeviceKey, number] => [device, number])
    this.#cursors.delete(job)
    if (failed.length > 0) this.#table.set(job, { failed })
    else this.#table.delete(job)
    return failed.length
  }

  /** Hands the next slice to `queue`, less what has been queued since; true when nothing is left. */
  slice(job: JobKey, queue: (failed: Execution) => void): boolean {
    const failed = this.#table.get(job)?.failed ?? []
    const from = this.#cursors.get(job) ?? 0
    for (const [device, number] of failed.slice(from, from + SLICE)) {
      const latest = this.#index.get(job, device)
      if (latest?.number === number) queue(latest)
    }
    if (from + SLICE < failed.length) {
      this.#cursors.set(job, from + SLICE)
      return false
    }
    this.forget(job)
    return true
  }

  forget(job: JobKey): void {
    this.#cursors.delete(job)
    this.#table.delete(job)
  }
}

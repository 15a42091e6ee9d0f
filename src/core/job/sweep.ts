import type { DeviceKey, JobKey } from '../ids.ts'
import type { Turn } from '../turn.ts'
import type { ExecutionIndex } from './execution-index.ts'
import type { Executions } from './executions.ts'
import type { Execution, Job } from './model.ts'
import { moved } from './states.ts'

/**
 * How many executions one turn queues, cancels, times out or deletes at most, so that no turn holds up the others for
 * long.
 */
export const SLICE = 100

interface Cursor {
  sweeping: Job['sweeping']
  left: Iterator<[DeviceKey, Execution]>
}

/** Cancels, times out or deletes all executions of a job, a slice a turn. */
export class Sweeps {
  readonly #index: ExecutionIndex
  readonly #executions: Executions
  /** Where each sweep has come to; after a restart it begins anew, which does no harm. */
  readonly #cursors = new Map<JobKey, Cursor>()

  constructor(index: ExecutionIndex, executions: Executions) {
    this.#index = index
    this.#executions = executions
  }

  /** Does the next slice; true when nothing is left. */
  slice(turn: Turn, job: Job): boolean {
    const { left } = this.#cursorOf(job)
    for (let done = 0; done < SLICE;) {
      const { value } = left.next()
      if (value === undefined) {
        this.#cursors.delete(job.key)
        return true
      }
      done += this.#sweep(turn, job, value[1])
    }
    return false
  }

  /** A job that is deleted while it is being canceled is gone through from the start. */
  #cursorOf({ key, sweeping }: Job): Cursor {
    let cursor = this.#cursors.get(key)
    if (cursor?.sweeping !== sweeping)
      this.#cursors.set(key, (cursor = { sweeping, left: this.#index.ofJob(key).entries() }))
    return cursor!
  }

  #sweep(turn: Turn, { key, sweeping }: Job, execution: Execution): number {
    if (sweeping === 'DELETE') {
      const attempts = this.#index.attempts(key, execution.device).reverse()
      for (const { number } of attempts)
        this.#executions.delete(turn, key, execution.device, number, { force: true, withJob: true })
      return attempts.length
    }
    const move = sweeping ?? 'CANCEL'
    const current = this.#index.get(key, execution.device)
    if (current === undefined || moved(current.status, move) === undefined) return 0
    this.#executions.move(turn, current, move)
    return 1
  }
}

import type { JobKey } from '../ids.ts'
import type { Counts, Execution } from './model.ts'
import { retries } from './retry.ts'
import { isPending, noCounts } from './states.ts'

/**
 * How executions have ended, by job: what abort rules look at [aws 3.7]. Attempts that are retried count, each for
 * itself, for an abort is there to stop them too; those that people had run again, or that ended before a device came
 * back, do not.
 */
export class Tally {
  readonly #counts = new Map<JobKey, Counts>()

  of(job: JobKey): Readonly<Counts> {
    return this.#counts.get(job) ?? noCounts()
  }

  add(job: JobKey, ended: Iterable<Execution>): void {
    const counts = this.#of(job)
    for (const { status } of ended) counts[status] += 1
  }

  remove(job: JobKey, ended: Iterable<Execution>): void {
    const counts = this.#of(job)
    for (const { status } of ended) counts[status] -= 1
  }

  forget(job: JobKey): void {
    this.#counts.delete(job)
  }

  #of(job: JobKey): Counts {
    let counts = this.#counts.get(job)
    if (counts === undefined) this.#counts.set(job, (counts = noCounts()))
    return counts
  }
}

/** Of all attempts of one device, the ended ones among the latest and those whose retry it is. */
export function countedAttempts(attempts: readonly Execution[]): Execution[] {
  const latest = attempts.at(-1)
  if (latest === undefined) return []
  const first = latest.number - retries(latest)
  return attempts.filter(({ number, status }) => number >= first && !isPending(status))
}

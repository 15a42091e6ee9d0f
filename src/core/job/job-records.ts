import type { JobKey } from '../ids.ts'
import type { Table, Tables } from '../table.ts'
import type { Turn } from '../turn.ts'
import type { Job, JobStatus } from './model.ts'

/** The jobs. Whatever changes one sets its successor here. */
export class JobRecords {
  /** Continuous jobs under way, in the order of their creation. */
  readonly continuous = new Set<JobKey>()
  readonly #table: Table<Job>

  constructor(tables: Tables) {
    this.#table = tables.table('jobs')
    this.#listContinuous()
  }

  get size(): number {
    return this.#table.size
  }

  get(key: JobKey): Job | undefined {
    return this.#table.get(key)
  }

  /** The oldest first. */
  all(): Iterable<Job> {
    return this.#table.values()
  }

  /** Changes a job in this turn. */
  change(turn: Turn, job: Job, change: Partial<Job>): Job {
    return this.replace({ ...job, ...change, updatedAt: turn.now })
  }

  /** Brings a job into another state, and tells of it. */
  become(turn: Turn, job: Job, status: JobStatus, change: Partial<Job> = {}): Job {
    const after = this.change(turn, job, { ...change, status })
    turn.emit({ type: 'job.status', job: after, before: job.status })
    return after
  }

  /** Sets a job in place of its predecessor, as it is. */
  replace(job: Job): Job {
    const after = this.#table.set(job.key, job)
    if (!isContinuous(after)) this.continuous.delete(after.key)
    else if (!this.continuous.has(after.key)) this.#listContinuous()
    return after
  }

  delete(key: JobKey): void {
    this.#table.delete(key)
    this.continuous.delete(key)
  }

  #listContinuous(): void {
    this.continuous.clear()
    for (const job of this.#table.values()) if (isContinuous(job)) this.continuous.add(job.key)
  }
}

const isContinuous = ({ selection, status }: Job): boolean => selection === 'CONTINUOUS' && status === 'IN_PROGRESS'

import type { DeviceKey, JobKey } from '../ids.ts'
import type { Table, Tables } from '../table.ts'
import { Erased } from './erased.ts'
import type { JobDeadline, JobDeadlines } from './job-deadlines.ts'
import { Leavers } from './leavers.ts'
import type { Counts, Execution } from './model.ts'
import { Queues } from './queue.ts'
import { isPending, noCounts } from './states.ts'
import { countedAttempts, Tally } from './tally.ts'
import { timesOutAt } from './timeout.ts'
import { WaitingRetries } from './waiting-retries.ts'

const NO_EXECUTIONS: ReadonlyMap<DeviceKey, Execution> = new Map()

/** The executions, and every index over them: latest attempts, counts, queues, timers. All writes pass here. */
export class ExecutionIndex {
  readonly queues = new Queues()
  readonly tally = new Tally()
  readonly erased: Erased
  readonly leavers: Leavers
  readonly retries: WaitingRetries
  readonly #table: Table<Execution>
  readonly #deadlines: JobDeadlines
  readonly #latest = new Map<JobKey, Map<DeviceKey, Execution>>()
  readonly #jobs = new Map<DeviceKey, Set<JobKey>>()
  readonly #counts = new Map<JobKey, Counts>()
  readonly #totals = new Map<JobKey, Counts>()
  #order = 0

  constructor(tables: Tables, deadlines: JobDeadlines) {
    this.#table = tables.table('executions')
    this.#deadlines = deadlines
    this.erased = new Erased(tables)
    this.leavers = new Leavers(tables)
    this.retries = new WaitingRetries(tables, deadlines)
    for (const execution of [...this.#table.values()].sort((a, b) => a.order - b.order)) this.#load(execution)
    // Only once all attempts are there: which of them count cannot be told from one to the next where some have been
    // erased.
    for (const [job, latest] of this.#latest)
      for (const execution of latest.values()) this.tally.add(job, this.#counted(execution))
  }

  /** The next place in creation order. */
  nextOrder(): number {
    return ++this.#order
  }

  /** The latest attempt, or the one of that number. */
  get(job: JobKey, device: DeviceKey, number?: number): Execution | undefined {
    const latest = this.#latest.get(job)?.get(device)
    if (number === undefined || latest?.number === number) return latest
    return this.#table.get(keyOfExecution(job, device, number))
  }

  /** The latest attempt of every device, in the order in which they were first queued. */
  ofJob(job: JobKey): ReadonlyMap<DeviceKey, Execution> {
    return this.#latest.get(job) ?? NO_EXECUTIONS
  }

  /** Whether the device has an execution of this job, or has had one that was deleted. */
  knows(job: JobKey, device: DeviceKey): boolean {
    return this.get(job, device) !== undefined || this.erased.number(job, device) > 0
  }

  /** The jobs this device has an execution of, oldest first. */
  jobsOf(device: DeviceKey): ReadonlySet<JobKey> {
    return this.#jobs.get(device) ?? new Set()
  }

  /** All attempts, the first one first. */
  attempts(job: JobKey, device: DeviceKey): Execution[] {
    const last = this.get(job, device)?.number ?? 0
    return Array.from({ length: last }, (_, index) => this.get(job, device, index + 1)).filter(
      (attempt) => attempt !== undefined,
    )
  }

  /** Of the latest attempts. */
  counts(job: JobKey): Readonly<Counts> {
    return this.#counts.get(job) ?? noCounts()
  }

  /** Of all attempts. */
  totals(job: JobKey): Readonly<Counts> {
    return this.#totals.get(job) ?? noCounts()
  }

  /** The number of a new attempt: never one that there was. */
  nextNumber(job: JobKey, device: DeviceKey): number {
    return Math.max(this.get(job, device)?.number ?? 0, this.erased.number(job, device)) + 1
  }

  /** Writes an execution that is new, or the successor of the latest one. */
  put(execution: Execution): void {
    const before = this.get(execution.job, execution.device)
    this.#table.set(keyOf(execution), execution)
    this.#arm(execution, before)
    this.#count(execution, before)
    this.#index(execution, before)
    if (before?.number !== execution.number) {
      this.erased.remove(execution.job, execution.device)
      this.leavers.remove(execution.job, execution.device)
      this.retries.remove(execution.job, execution.device)
    }
    this.queues.change(before, execution)
  }

  /** Erases one attempt; if it was the latest, the one before it is the latest again. */
  erase(execution: Execution): void {
    const { job, device } = execution
    this.#table.check()
    this.tally.remove(job, this.#counted(this.get(job, device)))
    this.#eraseRecord(execution)
    this.tally.add(job, this.#counted(this.get(job, device)))
  }

  #eraseRecord(execution: Execution): void {
    const { job, device } = execution
    const latest = this.get(job, device)
    this.#table.delete(keyOf(execution))
    this.#deadlines.delete(timeoutOf(execution))
    countsIn(this.#totals, job)[execution.status] -= 1
    if (latest?.number !== execution.number) return
    this.retries.remove(job, device)
    const previous = this.#previous(latest)
    const counts = countsIn(this.#counts, job)
    counts[latest.status] -= 1
    this.queues.change(latest, undefined)
    if (previous !== undefined) {
      counts[previous.status] += 1
      this.#latest.get(job)!.set(device, previous)
      return
    }
    this.#latest.get(job)!.delete(device)
    this.#jobs.get(device)?.delete(job)
  }

  /** Drops the indexes of a job that has no executions any more. */
  forget(job: JobKey): void {
    this.#latest.delete(job)
    this.#counts.delete(job)
    this.#totals.delete(job)
    this.tally.forget(job)
    this.erased.forget(job)
    this.leavers.forget(job)
    this.retries.forget(job)
  }

  #load(execution: Execution): void {
    this.#order = Math.max(this.#order, execution.order)
    countsIn(this.#totals, execution.job)[execution.status] += 1
    const before = this.get(execution.job, execution.device)
    if (before !== undefined && before.number > execution.number) return
    this.#arm(execution, undefined)
    this.#index(execution, before)
    this.queues.load(execution)
  }

  /**
   * In one instant what jobs do comes first, and then executions in the order of the queues: the same after a restart.
   */
  #arm(execution: Execution, before: Execution | undefined): void {
    const at = timesOutAt(execution)
    if (at === undefined && (before === undefined || timesOutAt(before) === undefined)) return
    this.#deadlines.set(timeoutOf(execution), at, execution.order)
  }

  /** Called before `execution` takes the place of `before`, the latest until now. */
  #count(execution: Execution, before: Execution | undefined): void {
    const { job, number, retried, status } = execution
    const isNew = before?.number !== number
    const totals = countsIn(this.#totals, job)
    if (!isNew) totals[before.status] -= 1
    totals[status] += 1
    if (isNew && retried === undefined) this.tally.remove(job, this.#counted(before))
    if (!isPending(status) && (isNew || isPending(before.status))) this.tally.add(job, [execution])
  }

  /** The attempts of a device that count, by its latest one. */
  #counted(latest: Execution | undefined): Execution[] {
    return latest === undefined
      ? []
      : countedAttempts(latest.number === 1 ? [latest] : this.attempts(latest.job, latest.device))
  }

  #index(execution: Execution, before: Execution | undefined): void {
    const { job, device } = execution
    let latest = this.#latest.get(job)
    if (latest === undefined) this.#latest.set(job, (latest = new Map()))
    latest.set(device, execution)
    const counts = countsIn(this.#counts, job)
    if (before !== undefined) counts[before.status] -= 1
    counts[execution.status] += 1
    if (before !== undefined) return
    let jobs = this.#jobs.get(device)
    if (jobs === undefined) this.#jobs.set(device, (jobs = new Set()))
    jobs.add(job)
  }

  #previous(execution: Execution): Execution | undefined {
    for (let number = execution.number - 1; number > 0; number -= 1) {
      const found = this.#table.get(keyOfExecution(execution.job, execution.device, number))
      if (found !== undefined) return found
    }
    return undefined
  }
}

function countsIn(all: Map<JobKey, Counts>, job: JobKey): Counts {
  let counts = all.get(job)
  if (counts === undefined) all.set(job, (counts = noCounts()))
  return counts
}

const keyOfExecution = (job: JobKey, device: DeviceKey, number: number): string => `${job} ${device} ${number}`

const keyOf = (execution: Execution): string => keyOfExecution(execution.job, execution.device, execution.number)

const timeoutOf = ({ job, device, number }: Execution): JobDeadline => ({ kind: 'timeout', job, device, number })

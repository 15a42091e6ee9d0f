import type { Instant } from '../clock.ts'
import { HubError, notFound } from '../errors.ts'
import type { DeviceKey, JobKey } from '../ids.ts'
import type { Turn } from '../turn.ts'
import type { ExecutionIndex } from './execution-index.ts'
import type { Counts, Execution, Report, Start } from './model.ts'
import { isPending, mayReport, moved, type HubMove } from './states.ts'
import { startTimer, stepTimer, type Timers } from './timeout.ts'
import { say } from '../said.ts'

/** What executions need of the jobs they belong to. */
export interface JobRules {
  inProgressMs(job: JobKey): number | undefined
  /** An execution has just ended. */
  ended(turn: Turn, execution: Execution): void
  /** An execution was there and is no more. */
  erased(turn: Turn, execution: Execution): void
}

/** What devices, and people on their behalf, do with single executions. */
export class Executions {
  readonly #index: ExecutionIndex
  readonly #rules: JobRules

  constructor(index: ExecutionIndex, rules: JobRules) {
    this.#index = index
    this.#rules = rules
  }

  /** What the device has to do in that lane, next first. */
  pending(device: DeviceKey, lane?: string): readonly Execution[] {
    return this.#index.queues.of(device, lane)
  }

  front(device: DeviceKey, lane?: string): Execution | undefined {
    return this.#index.queues.front(device, lane)
  }

  /** The latest attempt, or the one of that number. */
  get(job: JobKey, device: DeviceKey, number?: number): Execution | undefined {
    return this.#index.get(job, device, number)
  }

  /** As `get`, but NOT_FOUND if there is none. */
  require(job: JobKey, device: DeviceKey, number?: number): Execution {
    const execution = this.#index.get(job, device, number)
    if (execution === undefined)
      throw notFound(
        number === undefined
          ? say`no execution of job ${job} on device ${device}`
          : say`no execution of job ${job} on device ${device} with number ${number}`,
      )
    return execution
  }

  /** The latest attempt of every device. */
  ofJob(job: JobKey): ReadonlyMap<DeviceKey, Execution> {
    return this.#index.ofJob(job)
  }

  /** The latest attempt at every job this device was ever given, oldest job first. */
  *ofDevice(device: DeviceKey): Generator<Execution> {
    for (const job of this.#index.jobsOf(device)) yield this.require(job, device)
  }

  /** When the device tries again what it has failed at, if it waits for that. */
  retryAt(job: JobKey, device: DeviceKey): Instant | undefined {
    return this.#index.retries.at(job, device)
  }

  attempts(job: JobKey, device: DeviceKey): Execution[] {
    return this.#index.attempts(job, device)
  }

  /** How many devices' latest executions are in each state. */
  counts(job: JobKey): Readonly<Counts> {
    return this.#index.counts(job)
  }

  /** How many executions are in each state, those that others have followed among them. */
  totals(job: JobKey): Readonly<Counts> {
    return this.#index.totals(job)
  }

  /** Starts what stands at the front; if that is in progress already, it is returned untouched. */
  start(turn: Turn, device: DeviceKey, start: Start = {}): Execution | undefined {
    const front = this.front(device)
    if (front === undefined || front.status === 'IN_PROGRESS') return front
    return this.report(turn, front.job, device, { status: 'IN_PROGRESS', ...start })
  }

  /** NOT_FOUND, VERSION_MISMATCH or INVALID_TRANSITION, checked in this order; the latter two carry the execution. */
  report(turn: Turn, job: JobKey, device: DeviceKey, report: Report): Execution {
    const before = this.require(job, device)
    if (report.number !== undefined && report.number !== before.number) {
      throw notFound(say`job ${job} on device ${device} is at execution number ${before.number}, not ${report.number}`)
    }
    checkVersion(before, report.expectedVersion)
    if (!mayReport(before.status, report.status)) throw invalidTransition(before, report.status)
    const starts = report.status === 'IN_PROGRESS' && before.status !== 'IN_PROGRESS'
    const timers = starts ? startTimer(turn.now, this.#rules.inProgressMs(job)) : before
    const after = next(turn, before, report.status)
    if (starts) after.startedAt = turn.now
    if (report.details !== undefined) after.details = report.details
    if (report.progress !== undefined) after.progress = report.progress
    if (report.status === 'IN_PROGRESS')
      Object.assign(after, stepTimer(turn.now, timersOf(timers), report.stepTimeoutMs))
    return this.#write(turn, before, after)
  }

  /** The work has been handed to the device: QUEUED becomes SENT, in clouds that know it. */
  send(turn: Turn, job: JobKey, device: DeviceKey): Execution {
    return this.move(turn, this.require(job, device), 'SEND')
  }

  /** NOT_FOUND, VERSION_MISMATCH, or INVALID_TRANSITION (what is in progress is only canceled by force). */
  cancel(
    turn: Turn,
    job: JobKey,
    device: DeviceKey,
    {
      force = false,
      expectedVersion,
      details,
    }: { force?: boolean; expectedVersion?: number; details?: Record<string, unknown> } = {},
  ): Execution {
    const before = this.require(job, device)
    checkVersion(before, expectedVersion)
    return this.move(turn, before, force ? 'FORCE_CANCEL' : 'CANCEL', details)
  }

  /**
   * Erases one attempt. What is in progress is only erased by force: INVALID_TRANSITION. With the whole job, nothing of
   * it is remembered.
   */
  delete(turn: Turn, job: JobKey, device: DeviceKey, number: number, { force = false, withJob = false } = {}): void {
    const execution = this.require(job, device, number)
    if (execution.status === 'IN_PROGRESS' && !force) throw invalidTransition(execution, 'DELETED')
    const latest = this.require(job, device).number === number
    this.#index.erase(execution)
    if (latest && !withJob) this.#index.erased.add(execution)
    turn.emit({ type: 'execution.deleted', execution })
    this.#rules.erased(turn, execution)
  }

  /**
   * A move of the hub itself; `details` replace those of the execution. INVALID_TRANSITION where the table of states
   * has none.
   */
  move(turn: Turn, before: Execution, move: HubMove, details = before.details): Execution {
    const status = moved(before.status, move)
    if (status === undefined) throw invalidTransition(before, move)
    const after = next(turn, before, status)
    if (details !== undefined) after.details = details
    // [aws 2.9] Who is removed is not told, so nothing that it knows of has changed.
    if (move === 'REMOVE') after.version = before.version
    if (move === 'FORCE_CANCEL' && before.status === 'IN_PROGRESS') after.forceCanceled = true
    return this.#write(turn, before, after)
  }

  #write(turn: Turn, before: Execution, after: Execution): Execution {
    this.#index.put(after)
    turn.emit({ type: 'execution.changed', execution: after, before })
    if (!isPending(after.status)) this.#rules.ended(turn, after)
    return after
  }
}

/** The successor in a new state: one version on, without timers. */
function next(turn: Turn, before: Execution, status: Execution['status']): Execution {
  return { ...withoutTimers(before), status, version: before.version + 1, updatedAt: turn.now }
}

/** Most executions have none, and leaving members out costs several times a plain copy. */
function withoutTimers(execution: Execution): Execution {
  if (execution.timeoutAt === undefined && execution.stepTimeoutAt === undefined) return execution
  const { timeoutAt: _, stepTimeoutAt: __, ...rest } = execution
  return rest
}

const timersOf = ({ timeoutAt, stepTimeoutAt }: Timers): Timers => ({
  ...(timeoutAt === undefined ? {} : { timeoutAt }),
  ...(stepTimeoutAt === undefined ? {} : { stepTimeoutAt }),
})

function checkVersion(execution: Execution, expected: number | undefined): void {
  if (expected === undefined || expected === execution.version) return
  throw new HubError('VERSION_MISMATCH', say`Expected version ${expected} but found version ${execution.version}`, {
    execution,
  })
}

const invalidTransition = (execution: Execution, to: string): HubError =>
  new HubError('INVALID_TRANSITION', say`An execution in state ${execution.status} cannot become ${to}`, { execution })

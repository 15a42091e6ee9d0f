import { HubError, invalid, notFound } from '../errors.ts'
import { dialectOf, type DialectName, type JobKey } from '../ids.ts'
import type { Tables } from '../table.ts'
import type { Turn } from '../turn.ts'
import { ExecutionIndex } from './execution-index.ts'
import { Executions } from './executions.ts'
import { FleetChanges } from './fleet-changes.ts'
import type { JobDeadline, JobDeadlines } from './job-deadlines.ts'
import { JobLifecycle } from './job-lifecycle.ts'
import { JobMembers } from './job-members.ts'
import { JobRecords } from './job-records.ts'
import type { Breach, Execution, Job, JobConfig, NewJob, Target } from './model.ts'
import { Rollouts } from './rollouts.ts'
import { isPending, mayBecome } from './states.ts'
import { SLICE } from './sweep.ts'
import { resolve, type TargetSources } from './targets.ts'
import { validateConfig, validateJob } from './validate.ts'
import { hasEnded } from './windows.ts'
import { asSaid, say, type Words } from '../said.ts'

export interface CancelOptions {
  /** Also what is in progress. */
  force?: boolean
  reasonCode?: string
  comment?: string
  aborted?: Breach
}

/** What people do with jobs, and what the clock does to them. */
export class Jobs {
  readonly executions: Executions
  readonly #deadlines: JobDeadlines
  readonly #index: ExecutionIndex
  readonly #fleet: TargetSources
  readonly #records: JobRecords
  readonly #rollouts: Rollouts
  readonly #lifecycle: JobLifecycle
  readonly #fleetChanges: FleetChanges

  constructor(tables: Tables, deadlines: JobDeadlines, fleet: TargetSources) {
    this.#deadlines = deadlines
    this.#index = new ExecutionIndex(tables, deadlines)
    this.#fleet = fleet
    this.executions = new Executions(this.#index, {
      inProgressMs: (job) => this.get(job)?.timeout?.inProgressMs,
      ended: (turn, execution) => this.#ended(turn, execution, false),
      erased: (turn, execution) => this.#ended(turn, execution, true),
    })
    this.#records = new JobRecords(tables)
    const members = new JobMembers(fleet, this.#index)
    const parts = { tables, deadlines, index: this.#index, records: this.#records, members }
    this.#rollouts = new Rollouts(parts, (turn, job) => this.#lifecycle.complete(turn, job))
    this.#lifecycle = new JobLifecycle(parts, this.#rollouts, this.executions)
    this.#fleetChanges = new FleetChanges(parts, this.#rollouts, this.#lifecycle, this.executions)
  }

  get(key: JobKey): Job | undefined {
    return this.#records.get(key)
  }

  /** The job, or NOT_FOUND. */
  require(key: JobKey): Job {
    const job = this.get(key)
    if (job === undefined) throw notFound(say`no job ${key}`)
    return job
  }

  /** Newest last. */
  *ofDialect(dialect: DialectName): Generator<Job> {
    for (const job of this.#records.all()) if (job.dialect === dialect) yield job
  }

  get size(): number {
    return this.#records.size
  }

  /** How many devices these targets mean now. */
  count(dialect: DialectName, targets: readonly Target[]): number {
    return resolve(this.#fleet, dialect, targets).length
  }

  all(): Iterable<Job> {
    return this.#records.all()
  }

  /** ALREADY_EXISTS, or INVALID with field, value and rule. What may start now, starts in this turn. */
  create(turn: Turn, input: NewJob): Job {
    if (this.get(input.key) !== undefined) throw new HubError('ALREADY_EXISTS', say`job ${input.key} already exists`)
    validateJob(input)
    const scheduled = (input.schedule?.startAt ?? turn.now) > turn.now
    const status = scheduled ? 'SCHEDULED' : 'IN_PROGRESS'
    const job: Job = {
      ...input,
      dialect: dialectOf(input.key),
      status,
      createdAt: turn.now,
      updatedAt: turn.now,
      rolledOut: 0,
      planned: 0,
    }
    this.#records.replace(job)
    turn.emit({ type: 'job.created', job })
    if (scheduled) this.#lifecycle.schedule(job)
    else this.#lifecycle.begin(turn, job)
    return this.require(job.key)
  }

  /** Changes reach what happens from now on. INVALID, or INVALID_TRANSITION once the job has ended. */
  update(turn: Turn, key: JobKey, change: JobConfig & Pick<NewJob, 'extra'>): Job {
    const job = this.require(key)
    if (job.status !== 'SCHEDULED' && job.status !== 'IN_PROGRESS') throw cannot(job, 'be updated')
    validateConfig(change)
    this.#rollouts.goOn(turn, this.#records.change(turn, job, change))
    return this.require(key)
  }

  /** Adds targets to a continuous job under way; INVALID for any other. */
  associate(turn: Turn, key: JobKey, targets: Target[], change: Pick<Job, 'comment' | 'extra'> = {}): Job {
    const job = this.require(key)
    if (job.selection !== 'CONTINUOUS' || job.status !== 'IN_PROGRESS') {
      throw invalid('targets', targets, 'can be added to a continuous job in progress only')
    }
    if (hasEnded(job, turn.now)) throw invalid('targets', targets, 'cannot be added once the schedule has ended')
    const wider = this.#records.change(turn, job, { ...change, targets: [...job.targets, ...targets] })
    this.#rollouts.extend(turn, wider, resolve(this.#fleet, job.dialect, targets))
    return this.require(key)
  }

  /** What is queued is canceled, what is in progress by force only. INVALID_TRANSITION once the job has ended. */
  cancel(turn: Turn, key: JobKey, { force = false, reasonCode, comment, aborted }: CancelOptions = {}): Job {
    const job = this.require(key)
    if (!mayBecome(job.status, 'CANCELED')) throw cannot(job, 'be cancelled')
    this.#records.become(turn, job, 'CANCELED', {
      completedAt: turn.now,
      sweeping: force ? 'FORCE_CANCEL' : 'CANCEL',
      ...(force ? { forceCanceled: true } : {}),
      ...(reasonCode === undefined ? {} : { reasonCode }),
      ...(comment === undefined ? {} : { comment }),
      ...(aborted === undefined ? {} : { aborted }),
    })
    this.#lifecycle.sweep(turn, key)
    return this.require(key)
  }

  /**
   * Queues a new execution for every device whose latest one failed or timed out, whatever the job's retry rules say;
   * returns how many. A job that was through is in progress again. INVALID_TRANSITION for one that was canceled, is
   * being timed out or is going.
   */
  rerun(turn: Turn, key: JobKey): number {
    const job = this.require(key)
    if (job.status !== 'IN_PROGRESS' && !mayBecome(job.status, 'IN_PROGRESS')) throw cannot(job, 'be run again')
    if (job.sweeping !== undefined) throw cannot(job, 'be run again before all that its end times out has done so')
    return this.#lifecycle.rerun(turn, job)
  }

  /** Erases the job and its executions. INVALID_TRANSITION unless it has ended, or by force. */
  delete(turn: Turn, key: JobKey, { force = false } = {}): void {
    const job = this.require(key)
    const ended = job.status === 'COMPLETED' || job.status === 'FAILED' || job.status === 'CANCELED'
    if (!mayBecome(job.status, 'DELETING') || (!ended && !force)) throw cannot(job, 'be deleted')
    this.#records.become(turn, job, 'DELETING', { sweeping: 'DELETE' })
    this.#lifecycle.sweep(turn, key)
  }

  /** Does what has fallen due by now, one slice's worth. */
  tick(turn: Turn): void {
    for (let done = 0; done < SLICE;) {
      const due = this.#deadlines.take(turn.now)
      if (due === undefined) return
      done += this.#due(turn, due)
    }
  }

  /** Lets jobs follow what became of the fleet in this turn, then tells whose queue is another now. */
  settle(turn: Turn): void {
    for (; turn.settled < turn.events.length; turn.settled += 1) {
      this.#fleetChanges.follow(turn, turn.events[turn.settled]!)
    }
    this.#index.queues.settle(turn)
  }

  #ended(turn: Turn, execution: Execution, erased: boolean): void {
    const abort = (breach: Breach): unknown =>
      this.cancel(turn, execution.job, { reasonCode: 'ABORT_CRITERIA_MET', comment: inWords(breach), aborted: breach })
    this.#lifecycle.ended(turn, execution, abort, erased)
  }

  /** Returns how much of the slice it was. */
  #due(turn: Turn, due: JobDeadline): number {
    const job = this.get(due.job)
    if (job === undefined) return 1
    switch (due.kind) {
      case 'timeout':
        this.#timeOut(turn, this.#index.get(due.job, due.device, due.number))
        return 1
      case 'retry':
        this.#lifecycle.retry(turn, job, due.device)
        return 1
      case 'start':
        this.#lifecycle.begin(turn, this.#records.become(turn, job, 'IN_PROGRESS'))
        return SLICE
      case 'rollout':
        this.#rollouts.goOn(turn, job)
        return SLICE
      case 'rerun':
        this.#lifecycle.rerunSlice(turn, job)
        return SLICE
      case 'sweep':
        this.#lifecycle.sweep(turn, job.key)
        return SLICE
      case 'end':
        this.#end(turn, job)
        return SLICE
      default:
        return due satisfies never
    }
  }

  #timeOut(turn: Turn, execution: Execution | undefined): void {
    if (execution !== undefined && isPending(execution.status)) this.executions.move(turn, execution, 'TIME_OUT')
  }

  #end(turn: Turn, job: Job): void {
    const behavior = job.schedule?.endBehavior ?? 'STOP_ROLLOUT'
    if (behavior === 'STOP_ROLLOUT') this.#lifecycle.stopRollout(turn, job)
    else if (behavior === 'TIME_OUT') this.#lifecycle.timeOut(turn, job)
    else this.cancel(turn, job.key, { force: behavior === 'FORCE_CANCEL', reasonCode: 'END_TIME_REACHED' })
  }
}

const inWords = ({ on, ended, failed }: Breach): string =>
  `${failed} of ${ended} ended executions ${on === 'ANY' ? 'failed, were rejected or timed out' : `ended ${on}`}`

const cannot = (job: Job, what: Words): HubError =>
  new HubError('INVALID_TRANSITION', say`job ${job.key} is ${job.status} and cannot ${asSaid(what)}`, { job })

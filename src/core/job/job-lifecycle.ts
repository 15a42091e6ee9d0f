import type { DeviceKey, JobKey } from '../ids.ts'
import type { Turn } from '../turn.ts'
import { breachOf } from './abort.ts'
import { queueAttempt } from './attempt.ts'
import type { Executions } from './executions.ts'
import type { Breach, Execution, Job } from './model.ts'
import { Reruns } from './reruns.ts'
import { retriedAfter, retryRuleFor } from './retry.ts'
import type { JobParts, Rollouts } from './rollouts.ts'
import { Sweeps } from './sweep.ts'
import { hasEnded } from './windows.ts'

/** What a job does by itself: it begins, retries, aborts, completes, ends, and is swept up. */
export class JobLifecycle {
  readonly #parts: JobParts
  readonly #rollouts: Rollouts
  readonly #sweeps: Sweeps
  readonly #reruns: Reruns

  constructor(parts: JobParts, rollouts: Rollouts, executions: Executions) {
    this.#parts = parts
    this.#rollouts = rollouts
    this.#sweeps = new Sweeps(parts.index, executions)
    this.#reruns = new Reruns(parts.tables, parts.index)
    for (const job of parts.records.all()) this.#resume(job)
  }

  /** Sets the clock for a job that starts later. */
  schedule({ key, schedule }: Job): void {
    this.#parts.deadlines.set({ kind: 'start', job: key }, schedule?.startAt)
    this.#parts.deadlines.set({ kind: 'end', job: key }, schedule?.endAt)
  }

  begin(turn: Turn, job: Job): void {
    this.#parts.deadlines.set({ kind: 'end', job: job.key }, job.schedule?.endAt)
    this.#rollouts.begin(turn, job)
  }

  /** An execution has ended, or was `erased`: abort, retry, or perhaps that was the last one. */
  ended(turn: Turn, execution: Execution, abort: (breach: Breach) => void, erased = false): void {
    const { records, index, members } = this.#parts
    const job = records.get(execution.job)
    // What the end of the schedule times out is no reason to abort.
    if (job === undefined || job.status !== 'IN_PROGRESS' || job.sweeping !== undefined) return
    // Only the latest attempt can end: those before it have.
    const rule = erased || hasEnded(job, turn.now) ? undefined : retryRuleFor(execution, job.retry ?? [])
    const again = rule !== undefined && members.isFor(job, execution.device)
    // Where nothing is left to cancel, the job has come to its end.
    if (!again && this.#isThrough(job)) return this.complete(turn, job)
    const breach = breachOf(job.abort ?? [], index.tally.of(job.key))
    if (breach !== undefined) abort(breach)
    else if (again && rule.afterMs) index.retries.add(execution, turn.now + rule.afterMs)
    else if (again) queueAttempt(turn, index, job, execution.device, retriedAfter(execution))
  }

  /** A device that failed has waited long enough to try again. */
  retry(turn: Turn, job: Job, device: DeviceKey): void {
    const { index, members } = this.#parts
    const failed = index.get(job.key, device)
    index.retries.remove(job.key, device)
    // The end has come while the hub was down, and says itself what becomes of the job.
    if (failed === undefined || hasEnded(job, turn.now)) return
    if (members.isFor(job, device)) queueAttempt(turn, index, job, device, retriedAfter(failed))
    else this.complete(turn, job)
  }

  /** Completes the job, if that is all there was to it. */
  complete(turn: Turn, job: Job): void {
    if (!this.#isThrough(job)) return
    this.#disarm(job.key)
    this.#parts.records.become(turn, job, 'COMPLETED', { completedAt: turn.now })
  }

  /**
   * Queues a new execution for everything that failed or timed out, a first slice of it now; returns how many in all.
   */
  rerun(turn: Turn, job: Job): number {
    const count = this.#reruns.list(job.key, (device) => this.#parts.members.isFor(job, device))
    if (count > 0) this.rerunSlice(turn, mayReopen(job) ? this.#reopen(turn, job) : job)
    return count
  }

  rerunSlice(turn: Turn, job: Job): void {
    const { deadlines, index, members } = this.#parts
    // Retries are counted from here on anew.
    const done = this.#reruns.slice(job.key, ({ device }) => {
      if (members.isFor(job, device)) queueAttempt(turn, index, job, device)
    })
    if (done) this.complete(turn, job)
    else deadlines.set({ kind: 'rerun', job: job.key }, turn.now)
  }

  /** The end of the schedule, for STOP_ROLLOUT: nothing new is queued, what is queued may finish. */
  stopRollout(turn: Turn, job: Job): void {
    this.#stop(job.key)
    this.complete(turn, this.#parts.records.change(turn, job, { rolloutStopped: true }))
  }

  /** The end of the schedule, for TIME_OUT: nothing new is queued, and what has not ended times out. */
  timeOut(turn: Turn, job: Job): void {
    this.#parts.records.change(turn, job, { rolloutStopped: true, sweeping: 'TIME_OUT' })
    this.sweep(turn, job.key)
  }

  /** Cancels, times out or deletes the executions of a job, a slice at a time. */
  sweep(turn: Turn, key: JobKey): void {
    const { deadlines, index, records } = this.#parts
    const job = records.get(key)
    // A deadline may have outlived the job it was for, and meet another of that name.
    if (job?.sweeping === undefined) return
    this.#stop(key)
    this.#disarm(key)
    if (!this.#sweeps.slice(turn, job)) return deadlines.set({ kind: 'sweep', job: key }, turn.now)
    const { sweeping, ...swept } = job
    if (sweeping === 'DELETE') {
      records.delete(key)
      index.forget(key)
      turn.emit({ type: 'job.deleted', job: swept })
      return
    }
    if (sweeping === 'TIME_OUT') {
      const change = { completedAt: turn.now, reasonCode: 'END_TIME_REACHED' }
      records.become(turn, swept, this.#hasFailed(key) ? 'FAILED' : 'COMPLETED', change)
      return
    }
    records.replace(swept)
    turn.emit({ type: 'job.canceled', job: swept })
  }

  /** Nothing more is queued, neither for the first time nor again. */
  #stop(key: JobKey): void {
    this.#rollouts.stop(key)
    this.#reruns.forget(key)
    this.#parts.index.retries.forget(key)
  }

  /** Whether there were devices to do it, and none has. */
  #hasFailed(key: JobKey): boolean {
    const { index } = this.#parts
    return index.ofJob(key).size > 0 && index.counts(key).SUCCEEDED === 0
  }

  /** A snapshot ends when everything has been rolled out and has ended; a continuous job, once its schedule has. */
  #isThrough({ key, status, selection, rolloutStopped, sweeping }: Job): boolean {
    if (status !== 'IN_PROGRESS' || sweeping !== undefined) return false
    if (this.#reruns.has(key) || this.#parts.index.retries.hasAny(key)) return false
    if (rolloutStopped !== true && (selection === 'CONTINUOUS' || this.#rollouts.has(key))) return false
    const { QUEUED, SENT, IN_PROGRESS } = this.#parts.index.counts(key)
    return QUEUED + SENT + IN_PROGRESS === 0
  }

  /** A job that was through goes on. If its schedule has ended meanwhile, nothing but what was asked for is queued. */
  #reopen(turn: Turn, { completedAt: _, reasonCode: __, ...job }: Job): Job {
    const endAt = job.schedule?.endAt
    const over = endAt !== undefined && endAt <= turn.now
    if (!over) this.#parts.deadlines.set({ kind: 'end', job: job.key }, endAt)
    return this.#parts.records.become(turn, job, 'IN_PROGRESS', over ? { rolloutStopped: true } : {})
  }

  /** Takes up a job read from the store where the last run left it. */
  #resume(job: Job): void {
    const { deadlines } = this.#parts
    if (job.status === 'SCHEDULED') this.schedule(job)
    if (job.status === 'IN_PROGRESS' && job.rolloutStopped !== true) {
      deadlines.set({ kind: 'end', job: job.key }, job.schedule?.endAt)
    }
    this.#rollouts.resume(job)
    if (job.status === 'IN_PROGRESS' && this.#reruns.has(job.key)) {
      deadlines.set({ kind: 'rerun', job: job.key }, job.updatedAt)
    }
    if (job.sweeping !== undefined) deadlines.set({ kind: 'sweep', job: job.key }, job.updatedAt)
  }

  #disarm(job: JobKey): void {
    for (const kind of ['start', 'rollout', 'rerun', 'end'] as const) this.#parts.deadlines.delete({ kind, job })
  }
}

const mayReopen = ({ status }: Job): boolean => status === 'COMPLETED' || status === 'FAILED'

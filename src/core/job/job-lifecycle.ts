import type { Instant } from '../clock.ts'
import type { DeviceKey, GroupKey, JobKey } from '../ids.ts'
import type { Table, Tables } from '../table.ts'
import type { Turn } from '../turn.ts'
import { breachOf } from './abort.ts'
import type { ExecutionIndex } from './execution-index.ts'
import type { Executions } from './executions.ts'
import type { JobDeadlines } from './job-deadlines.ts'
import type { Breach, Execution, Job, JobStatus } from './model.ts'
import { RolloutLists } from './rollout-list.ts'
import { Reruns } from './reruns.ts'
import { retryAfter } from './retry.ts'
import { allowance, goesOnAt, nextMinute } from './rollout.ts'
import { isPending } from './states.ts'
import { SLICE, Sweeps } from './sweep.ts'
import { means, resolve, type Fleet } from './targets.ts'
import { nextOpen, windowAt } from './windows.ts'

/** What a job does by itself: it begins, rolls out, retries, aborts, completes, ends, and is swept up. */
export class JobLifecycle {
  readonly jobs: Table<Job>
  /** Continuous jobs under way, in the order of their creation. */
  readonly continuous = new Set<JobKey>()
  readonly #lists: RolloutLists
  readonly #deadlines: JobDeadlines
  readonly #index: ExecutionIndex
  readonly #fleet: Fleet
  readonly #executions: Executions
  readonly #sweeps: Sweeps
  readonly #reruns: Reruns

  constructor(tables: Tables, deadlines: JobDeadlines, index: ExecutionIndex, fleet: Fleet, executions: Executions) {
    this.jobs = tables.table('jobs')
    this.#lists = new RolloutLists(tables)
    this.#deadlines = deadlines
    this.#index = index
    this.#fleet = fleet
    this.#executions = executions
    this.#sweeps = new Sweeps(index, executions)
    this.#reruns = new Reruns(tables, index)
    for (const job of this.jobs.values()) this.#resume(job)
  }

  /** Changes a job in place of its predecessor. */
  set(turn: Turn, job: Job, change: Partial<Job>): Job {
    return this.#replace({ ...job, ...change, updatedAt: turn.now })
  }

  become(turn: Turn, job: Job, status: JobStatus, change: Partial<Job> = {}): Job {
    const after = this.set(turn, job, { ...change, status })
    turn.emit({ type: 'job.status', key: job.key, job: after, before: job.status })
    return after
  }

  /** Sets the clock for a job that starts later. */
  schedule(job: Job): void {
    this.#deadlines.set({ kind: 'start', job: job.key }, job.schedule?.startAt)
    this.#deadlines.set({ kind: 'end', job: job.key }, job.schedule?.endAt)
  }

  /** Resolves the targets and rolls out the first slice. */
  begin(turn: Turn, job: Job): void {
    const devices = resolve(this.#fleet, job.dialect, job.targets)
    this.#lists.set(job.key, devices)
    this.#deadlines.set({ kind: 'end', job: job.key }, job.schedule?.endAt)
    this.rollOut(turn, this.set(turn, job, { planned: devices.length }))
  }

  /** More devices for a rollout, whether it is still going on or has come to its end. */
  extend(turn: Turn, job: Job, devices: DeviceKey[]): void {
    const left = this.#lists.get(job.key)?.slice(job.rolledOut) ?? []
    const plan = [...new Set([...left, ...devices])]
    this.#lists.set(job.key, plan)
    this.rollOut(turn, this.set(turn, job, { rolledOut: 0, planned: plan.length }))
  }

  /** Queues the next slice, as far as rate and windows allow, and sees to it that the rest follows. */
  rollOut(turn: Turn, job: Job): void {
    const devices = this.#lists.get(job.key)
    if (job.status !== 'IN_PROGRESS' || devices === undefined || this.hasEnded(job, turn.now)) return
    const notified = this.#index.ofJob(job.key).size
    const { minute, allowed } = allowance(job, notified, this.#index.counts(job.key).SUCCEEDED, turn.now)
    const { open } = windowAt(job.schedule, turn.now)
    const count = open ? Math.min(allowed, SLICE, devices.length - job.rolledOut) : 0
    const rolledOut = job.rolledOut + count
    const used = count === 0 ? minute : { ...minute, lastAt: turn.now, count: minute.count + count }
    const rolled = count === 0 ? job : this.set(turn, job, { rolledOut, minute: used })
    const slice = devices.slice(job.rolledOut, rolledOut)
    this.#lists.reached(job.key, slice)
    for (const device of slice) if (this.#isDue(rolled, device)) this.#queue(turn, rolled, device)
    const nextAt = count < allowed ? turn.now : nextMinute(used)
    if (rolledOut < devices.length) return this.#deadlines.set({ kind: 'rollout', job: job.key }, nextOpen(job.schedule, nextAt))
    this.#lists.delete(job.key)
    this.#deadlines.delete({ kind: 'rollout', job: job.key })
    this.complete(turn, rolled)
  }

  /** An execution has ended, or was `erased`: abort, retry, or perhaps that was the last one. */
  ended(turn: Turn, execution: Execution, abort: (breach: Breach) => void, erased = false): void {
    const job = this.jobs.get(execution.job)
    if (job === undefined || job.status !== 'IN_PROGRESS') return
    // Only the latest attempt can end: those before it have.
    const retried = erased || this.hasEnded(job, turn.now) ? undefined : retryAfter(execution, job.retry ?? [])
    const again = retried !== undefined && this.#isFor(job, execution.device)
    // Where nothing is left to cancel, the job has come to its end.
    if (!again && this.#isThrough(job)) return this.complete(turn, job)
    const breach = breachOf(job.abort ?? [], this.#index.tally.of(job.key))
    if (breach !== undefined) abort(breach)
    else if (again) this.#queue(turn, job, execution.device, retried)
  }

  complete(turn: Turn, job: Job): void {
    if (!this.#isThrough(job)) return
    this.#disarm(job.key)
    this.become(turn, job, 'COMPLETED', { completedAt: turn.now })
  }

  /** A snapshot ends when everything has been rolled out and has ended; a continuous job, once its schedule has. */
  #isThrough(job: Job): boolean {
    if (job.status !== 'IN_PROGRESS' || this.#reruns.has(job.key)) return false
    if (job.rolloutStopped !== true && (job.selection === 'CONTINUOUS' || this.#lists.has(job.key))) return false
    const { QUEUED, SENT, IN_PROGRESS } = this.#index.counts(job.key)
    return QUEUED + SENT + IN_PROGRESS === 0
  }

  /** Queues a new execution for everything that failed or timed out, a first slice of it now; returns how many in all. */
  rerun(turn: Turn, job: Job): number {
    const count = this.#reruns.list(job.key, (device) => this.#isFor(job, device))
    if (count > 0) this.rerunSlice(turn, job.status === 'COMPLETED' ? this.#reopen(turn, job) : job)
    return count
  }

  rerunSlice(turn: Turn, job: Job): void {
    // Retries are counted from here on anew.
    const done = this.#reruns.slice(job.key, ({ device }) => {
      if (this.#isFor(job, device)) this.#queue(turn, job, device)
    })
    if (done) this.complete(turn, job)
    else this.#deadlines.set({ kind: 'rerun', job: job.key }, turn.now)
  }

  /** The end of the schedule, for STOP_ROLLOUT: nothing new is queued, what is queued may finish. */
  stopRollout(turn: Turn, job: Job): void {
    this.#lists.delete(job.key)
    this.#reruns.forget(job.key)
    this.#deadlines.delete({ kind: 'rollout', job: job.key })
    this.complete(turn, this.set(turn, job, { rolloutStopped: true }))
  }

  /** Cancels or deletes the executions of a job, a slice at a time. */
  sweep(turn: Turn, key: JobKey): void {
    const job = this.jobs.get(key)
    // A deadline may have outlived the job it was for, and meet another of that name.
    if (job?.sweeping === undefined) return
    this.#lists.delete(key)
    this.#reruns.forget(key)
    this.#disarm(key)
    if (!this.#sweeps.slice(turn, job)) return this.#deadlines.set({ kind: 'sweep', job: key }, turn.now)
    const { sweeping, ...swept } = job
    if (sweeping === 'DELETE') {
      this.jobs.delete(key)
      this.#index.forget(key)
      turn.emit({ type: 'job.deleted', key, job: swept })
      return
    }
    this.jobs.set(key, swept)
    turn.emit({ type: 'job.canceled', key, job: swept })
  }

  /** A device may have joined or left the targets of a continuous job; `joined` is the group that it has come into. */
  reconsider(turn: Turn, job: Job, device: DeviceKey, joined: GroupKey | undefined): void {
    const { leavers } = this.#index
    const latest = this.#index.get(job.key, device)
    if (!this.#isTarget(job, device)) {
      if (this.#index.knows(job.key, device)) leavers.add(job.key, device)
      // What is in progress may come to its end.
      if (latest?.status === 'QUEUED' || latest?.status === 'SENT') this.#executions.move(turn, latest, 'REMOVE')
      return
    }
    if (latest !== undefined && isPending(latest.status)) return leavers.remove(job.key, device)
    // Who comes into another of the target groups gets the work anew, as who comes back does.
    if (joined !== undefined && latest !== undefined && this.#isWithin(job, joined)) leavers.add(job.key, device)
    if (!this.#isNew(job, device) || this.hasEnded(job, turn.now) || this.#lists.awaits(job, device)) return
    if (windowAt(job.schedule, turn.now).open) this.#queue(turn, job, device)
    else this.extend(turn, job, [device])
  }

  /** A device was deleted: what it had to do is removed, and is not what another of its name has to do. */
  gone(turn: Turn, device: DeviceKey): void {
    for (const key of this.#lists.awaiting(this.jobs, device)) this.#index.leavers.add(key, device)
    for (const key of [...this.#index.jobsOf(device)]) {
      this.#index.leavers.add(key, device)
      const latest = this.#index.get(key, device)
      if (latest !== undefined && isPending(latest.status)) this.#executions.move(turn, latest, 'REMOVE')
    }
  }

  /** Whether the targets mean this device now. */
  #isTarget(job: Job, device: DeviceKey): boolean {
    return this.#fleet.devices.get(device) !== undefined && means(this.#fleet, job.targets, device)
  }

  /** Nothing new is queued once the schedule has ended, also if that was while the hub was down and is yet to be acted on. */
  hasEnded({ rolloutStopped, schedule }: Job, now: Instant): boolean {
    return rolloutStopped === true || (schedule?.endAt ?? Infinity) <= now
  }

  /** Whether the rollout, having come to this device, has something for it. */
  #isDue(job: Job, device: DeviceKey): boolean {
    const latest = this.#index.get(job.key, device)
    const hasWork = latest !== undefined && (isPending(latest.status) || !this.#index.leavers.has(job.key, device))
    return !hasWork && this.#isFor(job, device)
  }

  /** Whether a device that a continuous job means has been given nothing of it since it came, nor was that deleted. */
  #isNew({ key }: Job, device: DeviceKey): boolean {
    return this.#index.leavers.has(key, device) || !this.#index.knows(key, device)
  }

  /** Whether a device that the job has come to is its own still: the same one, and meant if the job is continuous. */
  #isFor(job: Job, device: DeviceKey): boolean {
    if (job.selection === 'CONTINUOUS') return this.#isTarget(job, device)
    return this.#fleet.devices.get(device) !== undefined && !this.#index.leavers.has(job.key, device)
  }

  /** Whether the group is one of the job's targets, or below one. */
  #isWithin({ targets }: Job, group: GroupKey): boolean {
    const within = { groups: [group] }
    return targets.some((target) => target.type === 'group' && this.#fleet.groups.contains(target.group, within))
  }

  #queue(turn: Turn, job: Job, device: DeviceKey, retried?: NonNullable<Execution['retried']>): void {
    const execution: Execution = {
      job: job.key,
      device,
      number: this.#index.nextNumber(job.key, device),
      ...(job.lane === undefined ? {} : { lane: job.lane }),
      order: this.#index.nextOrder(),
      status: 'QUEUED',
      version: 1,
      queuedAt: turn.now,
      updatedAt: turn.now,
      ...(retried === undefined ? {} : { retried }),
    }
    this.#index.put(execution)
    turn.emit({ type: 'execution.queued', key: device, execution })
  }

  /** A completed job goes on. If its schedule has ended meanwhile, nothing but what was asked for is queued. */
  #reopen(turn: Turn, { completedAt: _, ...job }: Job): Job {
    const endAt = job.schedule?.endAt
    const over = endAt !== undefined && endAt <= turn.now
    if (!over) this.#deadlines.set({ kind: 'end', job: job.key }, endAt)
    const after = this.#replace({ ...job, status: 'IN_PROGRESS', updatedAt: turn.now, ...(over && { rolloutStopped: true }) })
    turn.emit({ type: 'job.status', key: job.key, job: after, before: job.status })
    return after
  }

  #replace(job: Job): Job {
    const after = this.jobs.set(job.key, job)
    this.#watch(after)
    return after
  }

  #watch(job: Job): void {
    if (!isUnderWay(job)) this.continuous.delete(job.key)
    else if (!this.continuous.has(job.key)) {
      this.continuous.clear()
      for (const each of this.jobs.values()) if (isUnderWay(each)) this.continuous.add(each.key)
    }
  }

  /** Takes up a job read from the store where the last run left it. */
  #resume(job: Job): void {
    this.#watch(job)
    if (job.status === 'SCHEDULED') this.schedule(job)
    if (job.status === 'IN_PROGRESS' && job.rolloutStopped !== true) this.#deadlines.set({ kind: 'end', job: job.key }, job.schedule?.endAt)
    const rolls = job.status === 'IN_PROGRESS' && this.#lists.has(job.key)
    if (rolls) this.#deadlines.set({ kind: 'rollout', job: job.key }, nextOpen(job.schedule, goesOnAt(job)))
    if (job.status === 'IN_PROGRESS' && this.#reruns.has(job.key)) this.#deadlines.set({ kind: 'rerun', job: job.key }, job.updatedAt)
    if (job.sweeping !== undefined) this.#deadlines.set({ kind: 'sweep', job: job.key }, job.updatedAt)
  }

  #disarm(key: JobKey): void {
    for (const kind of ['start', 'rollout', 'rerun', 'end'] as const) this.#deadlines.delete({ kind, job: key })
  }
}

const isUnderWay = ({ selection, status }: Job): boolean => selection === 'CONTINUOUS' && status === 'IN_PROGRESS'

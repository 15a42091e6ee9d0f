import type { DeviceKey, JobKey } from '../ids.ts'
import type { Tables } from '../table.ts'
import type { Turn } from '../turn.ts'
import { queueAttempt } from './attempt.ts'
import type { ExecutionIndex } from './execution-index.ts'
import type { JobDeadlines } from './job-deadlines.ts'
import type { JobMembers } from './job-members.ts'
import type { JobRecords } from './job-records.ts'
import type { Job } from './model.ts'
import { RolloutLists } from './rollout-list.ts'
import { allowance, goesOnAt, nextMinute } from './rollout-rate.ts'
import { SLICE } from './sweep.ts'
import { hasEnded, nextOpen, windowAt } from './windows.ts'

/** What all that goes on with jobs works on. */
export interface JobParts {
  tables: Tables
  deadlines: JobDeadlines
  index: ExecutionIndex
  records: JobRecords
  members: JobMembers
}

/** The rollouts that are going on: each to the devices of a list, in its order, as far as rate and windows allow. */
export class Rollouts {
  readonly #lists: RolloutLists
  readonly #parts: JobParts
  readonly #done: (turn: Turn, job: Job) => void

  /** `done` is called when a rollout has come to the end of its list. */
  constructor(parts: JobParts, done: (turn: Turn, job: Job) => void) {
    this.#lists = new RolloutLists(parts.tables)
    this.#parts = parts
    this.#done = done
  }

  /** Whether a rollout is going on. */
  has(job: JobKey): boolean {
    return this.#lists.has(job)
  }

  /** Whether the rollout has still to come to this device. */
  awaits(job: Job, device: DeviceKey): boolean {
    return this.#lists.awaits(job, device)
  }

  /** The jobs whose rollout has still to come to this device. */
  awaiting(device: DeviceKey): Iterable<JobKey> {
    return this.#lists.awaiting(this.#parts.records, device)
  }

  /** Lists the devices that the targets mean now, and rolls out the first slice. */
  begin(turn: Turn, job: Job): void {
    const { records, members } = this.#parts
    const devices = members.resolve(job, job.targets)
    this.#lists.set(job.key, devices)
    this.goOn(turn, records.change(turn, job, { planned: devices.length }))
  }

  /** More devices, whether a rollout is still going on or has come to its end. */
  extend(turn: Turn, job: Job, devices: DeviceKey[]): void {
    const left = this.#lists.get(job.key)?.slice(job.rolledOut) ?? []
    const list = [...new Set([...left, ...devices])]
    this.#lists.set(job.key, list)
    this.goOn(turn, this.#parts.records.change(turn, job, { rolledOut: 0, planned: list.length }))
  }

  /** Queues the next slice, and sees to it that the rest follows. */
  goOn(turn: Turn, job: Job): void {
    const { deadlines, index, records, members } = this.#parts
    const devices = this.#lists.get(job.key)
    if (job.status !== 'IN_PROGRESS' || devices === undefined || hasEnded(job, turn.now)) return
    const notified = index.ofJob(job.key).size
    const { minute, allowed } = allowance(job, notified, index.counts(job.key).SUCCEEDED, turn.now)
    const { open } = windowAt(job.schedule, turn.now)
    const count = open ? Math.min(allowed, SLICE, devices.length - job.rolledOut) : 0
    const rolledOut = job.rolledOut + count
    const used = count === 0 ? minute : { ...minute, lastAt: turn.now, count: minute.count + count }
    const rolled = count === 0 ? job : records.change(turn, job, { rolledOut, minute: used })
    const slice = devices.slice(job.rolledOut, rolledOut)
    this.#lists.reached(job.key, slice)
    for (const device of slice) if (members.isDue(rolled, device)) queueAttempt(turn, index, rolled, device)
    const nextAt = count < allowed ? turn.now : nextMinute(used)
    if (rolledOut < devices.length) {
      return deadlines.set({ kind: 'rollout', job: job.key }, nextOpen(job.schedule, nextAt))
    }
    this.stop(job.key)
    this.#done(turn, rolled)
  }

  /** Nothing more of the list is rolled out. */
  stop(job: JobKey): void {
    this.#lists.delete(job)
    this.#parts.deadlines.delete({ kind: 'rollout', job })
  }

  /** Takes up the rollout of a job that was read from the store. */
  resume(job: Job): void {
    if (job.status !== 'IN_PROGRESS' || !this.has(job.key)) return
    this.#parts.deadlines.set({ kind: 'rollout', job: job.key }, nextOpen(job.schedule, goesOnAt(job)))
  }
}

import type { DeviceKey, JobKey } from '../ids.ts'
import type { Table, Tables } from '../table.ts'
import type { Job } from './model.ts'

interface RolloutList {
  devices: DeviceKey[]
}

/** The devices each rollout is for, in its order; kept apart from the job, which changes with every slice. */
export class RolloutLists {
  readonly #table: Table<RolloutList>
  /** Whom the rollout has still to come to, for the jobs that were asked about. */
  readonly #waiting = new Map<JobKey, Set<DeviceKey>>()

  constructor(tables: Tables) {
    this.#table = tables.table('plans')
  }

  /** Whether a rollout is going on. */
  has(job: JobKey): boolean {
    return this.#table.has(job)
  }

  /** The whole list, also what has been rolled out of it; `undefined` if no rollout is going on. */
  get(job: JobKey): readonly DeviceKey[] | undefined {
    return this.#table.get(job)?.devices
  }

  set(job: JobKey, devices: DeviceKey[]): void {
    this.#table.set(job, { devices })
    this.#waiting.delete(job)
  }

  /** Whether the rollout has still to come to this device. */
  awaits(job: Job, device: DeviceKey): boolean {
    const devices = this.get(job.key)
    if (devices === undefined) return false
    let waiting = this.#waiting.get(job.key)
    if (waiting === undefined) this.#waiting.set(job.key, (waiting = new Set(devices.slice(job.rolledOut))))
    return waiting.has(device)
  }

  /** The jobs whose rollout has still to come to this device. */
  *awaiting(jobs: { get(key: JobKey): Job | undefined }, device: DeviceKey): Generator<JobKey> {
    for (const [key] of this.#table.entries()) {
      const job = jobs.get(key)
      if (job !== undefined && this.awaits(job, device)) yield key
    }
  }

  /** The rollout has come to these devices. */
  reached(job: JobKey, devices: readonly DeviceKey[]): void {
    const waiting = this.#waiting.get(job)
    if (waiting !== undefined) for (const device of devices) waiting.delete(device)
  }

  delete(job: JobKey): void {
    this.#table.delete(job)
    this.#waiting.delete(job)
  }
}

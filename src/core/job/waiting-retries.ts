import type { Instant } from '../clock.ts'
import type { DeviceKey, JobKey } from '../ids.ts'
import type { Table, Tables } from '../table.ts'
import type { JobDeadlines } from './job-deadlines.ts'
import type { Execution } from './model.ts'

/** A failed attempt, and when the device is given the next one. */
interface WaitingRetry extends Pick<Execution, 'job' | 'device' | 'number' | 'order'> {
  at: Instant
}

/** The devices that are to try again, but not yet: retry rules with `afterMs`. They outlive a restart. */
export class WaitingRetries {
  readonly #table: Table<WaitingRetry>
  readonly #deadlines: JobDeadlines
  readonly #devices = new Map<JobKey, Set<DeviceKey>>()

  constructor(tables: Tables, deadlines: JobDeadlines) {
    this.#table = tables.table('retries')
    this.#deadlines = deadlines
    for (const retry of this.#table.values()) this.#index(retry)
  }

  /** Whether any device waits to try this job again. */
  has(job: JobKey): boolean {
    return (this.#devices.get(job)?.size ?? 0) > 0
  }

  /** When the device tries again. */
  at(job: JobKey, device: DeviceKey): Instant | undefined {
    return this.#table.get(keyOf(job, device))?.at
  }

  /** The device tries again at that instant, unless something comes between. */
  add({ job, device, number, order }: Execution, at: Instant): void {
    this.#index(this.#table.set(keyOf(job, device), { job, device, number, order, at }))
  }

  /** Whether the device has waited for it, which it does no more. */
  remove(job: JobKey, device: DeviceKey): boolean {
    if (this.#devices.get(job)?.has(device) !== true) return false
    this.#table.delete(keyOf(job, device))
    this.#deadlines.delete({ kind: 'retry', job, device })
    return this.#devices.get(job)!.delete(device)
  }

  forget(job: JobKey): void {
    for (const device of [...(this.#devices.get(job) ?? [])]) this.remove(job, device)
    this.#devices.delete(job)
  }

  /** In one instant attempts come in the order of those that failed: the same after a restart. */
  #index({ job, device, order, at }: WaitingRetry): void {
    this.#deadlines.set({ kind: 'retry', job, device }, at, order)
    const devices = this.#devices.get(job)
    if (devices === undefined) this.#devices.set(job, new Set([device]))
    else devices.add(device)
  }
}

const keyOf = (job: JobKey, device: DeviceKey): string => `${job} ${device}`

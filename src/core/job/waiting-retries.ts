import type { Instant } from '../clock.ts'
import type { DeviceKey, JobKey } from '../ids.ts'
import type { Tables } from '../table.ts'
import type { JobDeadlines } from './job-deadlines.ts'
import { JobDeviceTable } from './job-device-table.ts'
import type { Execution } from './model.ts'

/** A failed attempt, and when the device is given the next one. */
interface WaitingRetry extends Pick<Execution, 'job' | 'device' | 'number' | 'order'> {
  at: Instant
}

/** The devices that are to try again, but not yet: retry rules with `afterMs`. They outlive a restart. */
export class WaitingRetries extends JobDeviceTable<WaitingRetry> {
  readonly #deadlines: JobDeadlines

  constructor(tables: Tables, deadlines: JobDeadlines) {
    super(tables, 'retries')
    this.#deadlines = deadlines
    for (const retry of this.values()) this.#arm(retry)
  }

  /** When the device tries again. */
  at(job: JobKey, device: DeviceKey): Instant | undefined {
    return this.get(job, device)?.at
  }

  /** The device tries again at that instant, unless something comes between. */
  add({ job, device, number, order }: Execution, at: Instant): void {
    this.#arm(this.set({ job, device, number, order, at }))
  }

  /** Whether the device has waited for it, which it does no more. */
  override remove(job: JobKey, device: DeviceKey): boolean {
    if (!super.remove(job, device)) return false
    this.#deadlines.delete({ kind: 'retry', job, device })
    return true
  }

  /** In one instant attempts come in the order of those that failed: the same after a restart. */
  #arm({ job, device, order, at }: WaitingRetry): void {
    this.#deadlines.set({ kind: 'retry', job, device }, at, order)
  }
}

import type { DeviceKey, JobKey } from '../ids.ts'
import type { Table, Tables } from '../table.ts'

interface OfDevice {
  job: JobKey
  device: DeviceKey
}

/**
 * What is remembered of single devices of a job, besides their executions: one record a device, forgotten with the job.
 */
export class JobDeviceTable<T extends OfDevice> {
  readonly #table: Table<T>
  readonly #devices = new Map<JobKey, Set<DeviceKey>>()

  constructor(tables: Tables, name: string) {
    this.#table = tables.table(name)
    for (const record of this.#table.values()) this.#index(record)
  }

  get(job: JobKey, device: DeviceKey): T | undefined {
    return this.#table.get(keyOf(job, device))
  }

  has(job: JobKey, device: DeviceKey): boolean {
    return this.#devices.get(job)?.has(device) === true
  }

  /** Whether there is any device of that job. */
  hasAny(job: JobKey): boolean {
    return (this.#devices.get(job)?.size ?? 0) > 0
  }

  set(record: T): T {
    this.#table.set(keyOf(record.job, record.device), record)
    this.#index(record)
    return record
  }

  /** Whether there was one. */
  remove(job: JobKey, device: DeviceKey): boolean {
    if (!this.has(job, device)) return false
    this.#table.delete(keyOf(job, device))
    return this.#devices.get(job)!.delete(device)
  }

  forget(job: JobKey): void {
    for (const device of [...(this.#devices.get(job) ?? [])]) this.remove(job, device)
    this.#devices.delete(job)
  }

  values(): Iterable<T> {
    return this.#table.values()
  }

  #index({ job, device }: T): void {
    const devices = this.#devices.get(job)
    if (devices === undefined) this.#devices.set(job, new Set([device]))
    else devices.add(device)
  }
}

/** Names hold no blank. */
const keyOf = (job: JobKey, device: DeviceKey): string => `${job} ${device}`

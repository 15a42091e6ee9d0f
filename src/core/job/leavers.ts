import type { DeviceKey, JobKey } from '../ids.ts'
import type { Table, Tables } from '../table.ts'

interface Leaver {
  job: JobKey
  device: DeviceKey
}

/**
 * Devices that were taken out of the targets of a job, or deleted, since they were last given work of it: a continuous
 * job takes one that its targets mean again for a new one, and what a device of the same name is given is not theirs.
 */
export class Leavers {
  readonly #table: Table<Leaver>
  readonly #devices = new Map<JobKey, Set<DeviceKey>>()

  constructor(tables: Tables) {
    this.#table = tables.table('leavers')
    for (const { job, device } of this.#table.values()) this.#index(job, device)
  }

  has(job: JobKey, device: DeviceKey): boolean {
    return this.#devices.get(job)?.has(device) === true
  }

  add(job: JobKey, device: DeviceKey): void {
    if (this.has(job, device)) return
    this.#table.set(keyOf(job, device), { job, device })
    this.#index(job, device)
  }

  /** The device is one of the targets again, and has work of the job. */
  remove(job: JobKey, device: DeviceKey): void {
    if (this.#devices.get(job)?.delete(device) === true) this.#table.delete(keyOf(job, device))
  }

  forget(job: JobKey): void {
    for (const device of this.#devices.get(job) ?? []) this.#table.delete(keyOf(job, device))
    this.#devices.delete(job)
  }

  #index(job: JobKey, device: DeviceKey): void {
    let devices = this.#devices.get(job)
    if (devices === undefined) this.#devices.set(job, (devices = new Set()))
    devices.add(device)
  }
}

const keyOf = (job: JobKey, device: DeviceKey): string => `${job} ${device}`

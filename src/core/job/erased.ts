import type { DeviceKey, JobKey } from '../ids.ts'
import type { Table, Tables } from '../table.ts'
import type { Execution } from './model.ts'

interface Erasure {
  job: JobKey
  device: DeviceKey
  /** The highest of an attempt that was erased. */
  number: number
}

/**
 * Of which devices people have erased the latest attempt, so that its number is not given again, and that a continuous
 * job does not queue anew what was just deleted.
 */
export class Erased {
  readonly #table: Table<Erasure>
  readonly #devices = new Map<JobKey, Set<DeviceKey>>()

  constructor(tables: Tables) {
    this.#table = tables.table('erased')
    for (const { job, device } of this.#table.values()) this.#index(job, device)
  }

  /** 0 if there was none. */
  number(job: JobKey, device: DeviceKey): number {
    return this.#table.get(keyOf(job, device))?.number ?? 0
  }

  /** The latest attempt of a device was erased. */
  add({ job, device, number }: Execution): void {
    this.#table.set(keyOf(job, device), { job, device, number: Math.max(number, this.number(job, device)) })
    this.#index(job, device)
  }

  /** The device has a later attempt: nothing need be known of the erased one any more. */
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

import type { DeviceKey, JobKey } from '../ids.ts'
import type { Tables } from '../table.ts'
import { JobDeviceTable } from './job-device-table.ts'
import type { Execution } from './model.ts'

interface Erasure {
  job: JobKey
  device: DeviceKey
  /** The highest of an attempt that was erased. */
  number: number
}

/**
 * Of which devices people have erased the latest attempt, so that its number is not given again, and that a continuous
 * job does not queue anew what was just deleted. With a later attempt nothing need be known of the erased one any more.
 */
export class Erased extends JobDeviceTable<Erasure> {
  constructor(tables: Tables) {
    super(tables, 'erased')
  }

  /** 0 if there was none. */
  number(job: JobKey, device: DeviceKey): number {
    return this.get(job, device)?.number ?? 0
  }

  /** The latest attempt of a device was erased. */
  add({ job, device, number }: Execution): void {
    this.set({ job, device, number: Math.max(number, this.number(job, device)) })
  }
}

import type { DeviceKey, JobKey } from '../ids.ts'
import type { Tables } from '../table.ts'
import { JobDeviceTable } from './job-device-table.ts'

interface Leaver {
  job: JobKey
  device: DeviceKey
}

/**
 * Devices that were taken out of the targets of a job, or deleted, since they were last given work of it: a continuous
 * job takes one that its targets mean again for a new one, and what a device of the same name is given is not theirs.
 * A device that has work of the job is none any more.
 */
export class Leavers extends JobDeviceTable<Leaver> {
  constructor(tables: Tables) {
    super(tables, 'leavers')
  }

  add(job: JobKey, device: DeviceKey): void {
    if (!this.has(job, device)) this.set({ job, device })
  }
}

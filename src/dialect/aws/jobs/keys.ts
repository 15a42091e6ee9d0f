import { keyOf, type DeviceKey, type GroupKey, type JobKey } from '../../../core/ids.ts'

const DIALECT = 'aws'

/** The engine's key of a thing. */
export const thingKey = (thing: string): DeviceKey => keyOf(DIALECT, thing)

/** The engine's key of a job. */
export const jobKey = (job: string): JobKey => keyOf(DIALECT, job)

/** The engine's key of a thing group. */
export const groupKey = (group: string): GroupKey => keyOf(DIALECT, group)

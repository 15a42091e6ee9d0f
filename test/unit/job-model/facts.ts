import type { Device, Group } from '../../../src/core/device/model.ts'
import type { Execution, Job, Target } from '../../../src/core/job/model.ts'
import type { Table, Tables } from '../../../src/core/table.ts'

export interface Erasure {
  job: string
  device: string
  number: number
}

const PENDING = ['QUEUED', 'SENT', 'IN_PROGRESS']

export const isPending = ({ status }: Execution): boolean => PENDING.includes(status)

/** A device's queue in that lane. */
export const queueOf = (device: string, lane: string | undefined): string =>
  lane === undefined ? device : `${device} in ${lane}`

/** `Map.groupBy`, which Node 20 has not. */
export function grouped<T>(list: Iterable<T>, keyOf: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const each of list) {
    const group = groups.get(keyOf(each))
    if (group === undefined) groups.set(keyOf(each), [each])
    else group.push(each)
  }
  return groups
}

/** What the records say, read without any of the engine's indexes. */
export class Facts {
  readonly devices: Table<Device>
  readonly groups: Table<Group>
  readonly jobs: Table<Job>
  readonly plans: Table<{ devices: string[] }>
  readonly reruns: Table<{ failed: [string, number][] }>
  readonly executions: Table<Execution>
  readonly erased: Table<Erasure>
  readonly leavers: Table<{ job: string; device: string }>
  readonly retries: Table<{ job: string; device: string; number: number; at: number }>

  constructor(tables: Tables) {
    this.devices = tables.table('devices')
    this.groups = tables.table('groups')
    this.jobs = tables.table('jobs')
    this.plans = tables.table('plans')
    this.reruns = tables.table('reruns')
    this.executions = tables.table('executions')
    this.erased = tables.table('erased')
    this.leavers = tables.table('leavers')
    this.retries = tables.table('retries')
  }

  /** All there are of this device at this job, the first one first. */
  attempts(job: string, device: string): Execution[] {
    return this.histories().get(`${job} ${device}`) ?? []
  }

  /** The attempts by job and device, the first one first. */
  histories(): Map<string, Execution[]> {
    const byNumber = [...this.executions.values()].sort((a, b) => a.number - b.number)
    return grouped(byNumber, ({ job, device }) => `${job} ${device}`)
  }

  /** The latest attempt of every device at every job. */
  latest(): Execution[] {
    return [...this.histories().values()].map((attempts) => attempts.at(-1)!)
  }

  /** What each device has to do in each lane: [aws 2.8] in progress first, each oldest first. */
  queues(): Map<string, Execution[]> {
    const pending = [...this.executions.values()].filter(isPending)
    const rank = ({ status }: Execution): number => (status === 'IN_PROGRESS' ? 0 : 1)
    pending.sort((a, b) => rank(a) - rank(b) || a.queuedAt - b.queuedAt || a.order - b.order)
    return grouped(pending, ({ device, job }) => queueOf(device, this.jobs.get(job)?.lane))
  }

  /** Whether the end of this job's schedule has come, and times out what has not ended. */
  timesOut(key: string, now: number): boolean {
    const { schedule } = this.jobs.get(key)!
    return schedule?.endBehavior === 'TIME_OUT' && (schedule.endAt ?? Infinity) <= now
  }

  /** Whether the targets mean the device now. */
  means(targets: readonly Target[], key: string): boolean {
    const device = this.devices.get(key)
    if (device === undefined) return false
    const groups = new Set(device.groups)
    for (const group of groups) {
      const parent = this.groups.get(group)?.parent
      if (parent !== undefined) groups.add(parent)
    }
    return targets.some((target) => {
      if (target.type === 'device') return target.device === key
      if (target.type === 'group') return groups.has(target.group)
      return target.where.op === '=' && device.tags['room'] === target.where.value
    })
  }
}

import type { Device, Group } from '../../../src/core/device/model.ts'
import type { Execution, Job, Target } from '../../../src/core/job/model.ts'
import type { Table, Tables } from '../../../src/core/table.ts'

export interface Erasure {
  job: string
  device: string
  number: number
  left?: true
}

const PENDING = ['QUEUED', 'SENT', 'IN_PROGRESS']

export const isPending = ({ status }: Execution): boolean => PENDING.includes(status)

/** What the records say, read without any of the engine's indexes. */
export class Facts {
  readonly devices: Table<Device>
  readonly groups: Table<Group>
  readonly jobs: Table<Job>
  readonly plans: Table<{ devices: string[] }>
  readonly reruns: Table<{ failed: [string, number][] }>
  readonly executions: Table<Execution>
  readonly erased: Table<Erasure>

  constructor(tables: Tables) {
    this.devices = tables.table('devices')
    this.groups = tables.table('groups')
    this.jobs = tables.table('jobs')
    this.plans = tables.table('plans')
    this.reruns = tables.table('reruns')
    this.executions = tables.table('executions')
    this.erased = tables.table('erased')
  }

  /** All there are of this device at this job, the first one first. */
  attempts(job: string, device: string): Execution[] {
    return [...this.executions.values()].filter((each) => each.job === job && each.device === device).sort((a, b) => a.number - b.number)
  }

  /** The latest attempt of every device at every job. */
  latest(): Execution[] {
    const found = new Map<string, Execution>()
    for (const execution of this.executions.values()) {
      const key = `${execution.job} ${execution.device}`
      if ((found.get(key)?.number ?? 0) < execution.number) found.set(key, execution)
    }
    return [...found.values()]
  }

  /** What each device has to do: [aws 2.8] in progress first, each oldest first. */
  queues(): Map<string, Execution[]> {
    const pending = [...this.executions.values()].filter(isPending)
    const rank = ({ status }: Execution): number => (status === 'IN_PROGRESS' ? 0 : 1)
    pending.sort((a, b) => rank(a) - rank(b) || a.queuedAt - b.queuedAt || a.order - b.order)
    const queues = new Map<string, Execution[]>()
    for (const execution of pending) queues.set(execution.device, [...(queues.get(execution.device) ?? []), execution])
    return queues
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

import type { DomainEvent } from '../events.ts'
import type { DeviceKey, GroupKey } from '../ids.ts'
import type { Turn } from '../turn.ts'
import { queueAttempt } from './attempt.ts'
import type { Executions } from './executions.ts'
import type { JobLifecycle } from './job-lifecycle.ts'
import type { Job } from './model.ts'
import type { JobParts, Rollouts } from './rollouts.ts'
import { isPending } from './states.ts'
import { hasEnded, windowAt } from './windows.ts'

/** What jobs make of changes in the fleet: the work of devices that are gone, and continuous jobs' coming and going. */
export class FleetChanges {
  readonly #parts: JobParts
  readonly #rollouts: Rollouts
  readonly #lifecycle: Pick<JobLifecycle, 'complete'>
  readonly #executions: Executions

  constructor(parts: JobParts, rollouts: Rollouts, lifecycle: Pick<JobLifecycle, 'complete'>, executions: Executions) {
    this.#parts = parts
    this.#lifecycle = lifecycle
    this.#rollouts = rollouts
    this.#executions = executions
  }

  /** Lets jobs follow what has happened. */
  follow(turn: Turn, event: DomainEvent): void {
    const { records } = this.#parts
    if (event.type === 'device.deleted') this.#gone(turn, event.device.key)
    const device = records.continuous.size === 0 ? undefined : affected(event)
    if (device === undefined) return
    const joined = event.type === 'group.joined' ? event.group : undefined
    for (const key of [...records.continuous]) this.#reconsider(turn, records.get(key)!, device, joined)
  }

  /** A device was deleted: what it had to do is removed, and is not what another of its name has to do. */
  #gone(turn: Turn, device: DeviceKey): void {
    const { index, records } = this.#parts
    for (const key of this.#rollouts.awaiting(device)) index.leavers.add(key, device)
    for (const key of [...index.jobsOf(device)]) {
      index.leavers.add(key, device)
      const latest = index.get(key, device)
      if (latest !== undefined && isPending(latest.status)) this.#executions.move(turn, latest, 'REMOVE')
      else if (index.retries.remove(key, device)) this.#lifecycle.complete(turn, records.get(key)!)
    }
  }

  /** A device may have joined or left the targets of a continuous job; `joined` is the group that it has come into. */
  #reconsider(turn: Turn, job: Job, device: DeviceKey, joined: GroupKey | undefined): void {
    const { index, members } = this.#parts
    const { leavers } = index
    const latest = index.get(job.key, device)
    if (!members.isTarget(job, device)) {
      if (index.knows(job.key, device)) leavers.add(job.key, device)
      index.retries.remove(job.key, device)
      // What is in progress may come to its end.
      if (latest?.status === 'QUEUED' || latest?.status === 'SENT') this.#executions.move(turn, latest, 'REMOVE')
      return
    }
    if (latest !== undefined && isPending(latest.status)) {
      leavers.remove(job.key, device)
      return
    }
    // A device that comes into another of the target groups gets the work anew, as one that comes back does.
    if (joined !== undefined && latest !== undefined && members.isWithin(job, joined)) leavers.add(job.key, device)
    if (!members.isNew(job, device) || hasEnded(job, turn.now) || this.#rollouts.awaits(job, device)) return
    if (windowAt(job.schedule, turn.now).open) queueAttempt(turn, index, job, device)
    else this.#rollouts.extend(turn, job, [device])
  }
}

/** The device whose membership in a target may have changed with this event. */
function affected(event: DomainEvent): DeviceKey | undefined {
  switch (event.type) {
    case 'group.joined':
    case 'group.left':
      return event.device
    case 'device.created':
    case 'device.updated':
    case 'device.deleted':
      return event.device.key
    case 'device.connectivity':
      return event.connectivity.device
    case 'twin.updated':
    case 'twin.deleted':
      return event.twin.device
    default:
      return undefined
  }
}

import type { DeviceKey, GroupKey } from '../ids.ts'
import type { ExecutionIndex } from './execution-index.ts'
import type { Job } from './model.ts'
import { isPending } from './states.ts'
import { means, resolve, type TargetSources } from './targets.ts'

/** Whom a job is for, by its targets and by what its devices have had of it. */
export class JobMembers {
  readonly #fleet: TargetSources
  readonly #index: ExecutionIndex

  constructor(fleet: TargetSources, index: ExecutionIndex) {
    this.#fleet = fleet
    this.#index = index
  }

  /** The devices that these targets mean now. */
  resolve({ dialect }: Job, targets: Job['targets']): DeviceKey[] {
    return resolve(this.#fleet, dialect, targets)
  }

  /** Whether the targets mean this device now. */
  isTarget(job: Job, device: DeviceKey): boolean {
    return this.#fleet.devices.get(device) !== undefined && means(this.#fleet, job.targets, device)
  }

  /** Whether the group is one of the job's targets, or below one. */
  isWithin({ targets }: Job, group: GroupKey): boolean {
    const within = { groups: [group] }
    return targets.some((target) => target.type === 'group' && this.#fleet.groups.contains(target.group, within))
  }

  /** Whether a device that the job has come to is its own still: the same one, and meant if the job is continuous. */
  isFor(job: Job, device: DeviceKey): boolean {
    if (job.selection === 'CONTINUOUS') return this.isTarget(job, device)
    return this.#fleet.devices.get(device) !== undefined && !this.#index.leavers.has(job.key, device)
  }

  /** Whether a rollout that has come to this device has something for it. */
  isDue(job: Job, device: DeviceKey): boolean {
    const latest = this.#index.get(job.key, device)
    const hasWork = latest !== undefined && (isPending(latest.status) || !this.#index.leavers.has(job.key, device))
    return !hasWork && this.isFor(job, device)
  }

  /** Whether a device that a continuous job means has been given nothing of it since it came, nor was that deleted. */
  isNew({ key }: Job, device: DeviceKey): boolean {
    return this.#index.leavers.has(key, device) || !this.#index.knows(key, device)
  }
}

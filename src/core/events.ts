import type { Command, CommandOutcome } from './command/model.ts'
import type { Connectivity, Device, Group } from './device/model.ts'
import type { DeviceKey, GroupKey, JobKey } from './ids.ts'
import type { Execution, Job, JobStatus } from './job/model.ts'
import type { ModuleVersion } from './ota/model.ts'
import type { JsonObject, PatchMode, Twin } from './twin/model.ts'

/** Everything that can happen in the hub, in core's words. Each belongs to the dialect of its first key. */
export type DomainEvent =
  | { type: 'device.created'; key: DeviceKey; device: Device }
  | { type: 'device.updated'; key: DeviceKey; device: Device; before: Device }
  | { type: 'device.deleted'; key: DeviceKey; device: Device }
  | { type: 'device.connectivity'; key: DeviceKey; connectivity: Connectivity }
  | { type: 'group.created' | 'group.deleted'; key: GroupKey; group: Group }
  | { type: 'group.updated'; key: GroupKey; group: Group; before: Group }
  | { type: 'group.joined' | 'group.left'; key: GroupKey; device: DeviceKey }
  | { type: 'job.created'; key: JobKey; job: Job }
  | { type: 'job.status'; key: JobKey; job: Job; before: JobStatus }
  /** Its last execution has been cancelled, after `job.status` CANCELED. */
  | { type: 'job.canceled'; key: JobKey; job: Job }
  | { type: 'job.deleted'; key: JobKey; job: Job }
  | { type: 'execution.queued'; key: DeviceKey; execution: Execution }
  | { type: 'execution.changed'; key: DeviceKey; execution: Execution; before: Execution }
  | { type: 'execution.deleted'; key: DeviceKey; execution: Execution }
  /**
   * Once per turn, device and lane, after everything else the turn did: executions have entered or left the pending
   * set (`members`), or another execution stands at its front (`front`).
   */
  | { type: 'queue.changed'; key: DeviceKey; lane?: string; members: boolean; front: boolean }
  /** The upgrade has been queued or confirmed: hand it to the device, now or when it comes (`Upgrades.due`). */
  | { type: 'upgrade.due'; key: DeviceKey; execution: Execution }
  /** The device says that it runs another version of a module than it said before. */
  | { type: 'module.changed'; key: DeviceKey; module: ModuleVersion; before?: ModuleVersion }
  /** The device can be reached: hand the command to it now. */
  | { type: 'command.due'; key: DeviceKey; command: Command }
  | { type: 'command.ended'; key: DeviceKey; command: Command; outcome: CommandOutcome }
  /**
   * `patch` has the sections that were written, as they were sent; `correlation` is what the asker gave with the
   * change.
   */
  | {
      type: 'twin.updated'
      key: DeviceKey
      twin: Twin
      before: Twin | undefined
      patch: { desired?: JsonObject | null; reported?: JsonObject | null }
      mode: PatchMode
      correlation?: string
    }
  /** `twin` is what it was. */
  | { type: 'twin.deleted'; key: DeviceKey; twin: Twin; correlation?: string }

import type { Command, CommandOutcome } from './command/model.ts'
import type { Connectivity, Device, Group } from './device/model.ts'
import { dialectOf, type DeviceKey, type DialectName, type GroupKey, type JobKey } from './ids.ts'
import type { Execution, Job, JobStatus } from './job/model.ts'
import type { ModuleVersion } from './ota/model.ts'
import type { Reading } from './telemetry/telemetry.ts'
import type { JsonObject, PatchMode, Twin } from './twin/model.ts'

/** Everything that can happen in the hub, in core's words. Each belongs to the dialect of its subject. */
export type DomainEvent =
  | { type: 'device.created'; device: Device }
  | { type: 'device.updated'; device: Device; before: Device }
  | { type: 'device.deleted'; device: Device }
  | { type: 'device.connectivity'; connectivity: Connectivity }
  | { type: 'group.created' | 'group.deleted'; group: Group }
  | { type: 'group.updated'; group: Group; before: Group }
  | { type: 'group.joined' | 'group.left'; group: GroupKey; device: DeviceKey }
  | { type: 'job.created'; job: Job }
  | { type: 'job.status'; job: Job; before: JobStatus }
  /** Its last execution has been canceled, after `job.status` CANCELED. */
  | { type: 'job.canceled'; job: Job }
  | { type: 'job.deleted'; job: Job }
  | { type: 'execution.queued'; execution: Execution }
  | { type: 'execution.changed'; execution: Execution; before: Execution }
  | { type: 'execution.deleted'; execution: Execution }
  /**
   * Once per turn, device and lane, after everything else the turn did: executions have entered or left the pending
   * set (`members`), or another execution stands at its front (`front`).
   */
  | { type: 'queue.changed'; device: DeviceKey; lane?: string; members: boolean; front: boolean }
  /** The upgrade has been queued or confirmed: hand it to the device, now or when it comes (`Upgrades.due`). */
  | { type: 'upgrade.due'; execution: Execution }
  /** The device says that it runs another version of a module than it said before. */
  | { type: 'module.changed'; device: DeviceKey; module: ModuleVersion; before?: ModuleVersion }
  /** The device can be reached: hand the command to it now. */
  | { type: 'command.due'; command: Command }
  | { type: 'command.ended'; command: Command; outcome: CommandOutcome }
  /**
   * `patch` has the sections that were written, as they were sent; `correlation` is what the asker gave with the
   * change.
   */
  | {
      type: 'twin.updated'
      twin: Twin
      before: Twin | undefined
      patch: { desired?: JsonObject | null; reported?: JsonObject | null }
      mode: PatchMode
      correlation?: string
    }
  /** `twin` is what it was. */
  | { type: 'twin.deleted'; twin: Twin; correlation?: string }
  | { type: 'telemetry.received'; reading: Reading }
  | OwnEvent

/** What a dialect tells itself and the sessions of its protocols; it means nothing to anybody else. */
export interface OwnEvent {
  type: 'dialect.own'
  dialect: DialectName
  name: string
  data: JsonObject
}

/** Whose event it is: who hears of it. */
export const dialectOfEvent = (event: DomainEvent): DialectName =>
  event.type === 'dialect.own' ? event.dialect : dialectOf(subjectOf(event))

/** The device, group or job that the event is about: by its dialect it is known who hears of it. */
export function subjectOf(event: Exclude<DomainEvent, OwnEvent>): DeviceKey | GroupKey | JobKey {
  switch (event.type) {
    case 'device.created':
    case 'device.updated':
    case 'device.deleted':
      return event.device.key
    case 'telemetry.received':
      return event.reading.device
    case 'device.connectivity':
      return event.connectivity.device
    case 'group.created':
    case 'group.updated':
    case 'group.deleted':
      return event.group.key
    case 'group.joined':
    case 'group.left':
      return event.group
    case 'job.created':
    case 'job.status':
    case 'job.canceled':
    case 'job.deleted':
      return event.job.key
    case 'execution.queued':
    case 'execution.changed':
    case 'execution.deleted':
    case 'upgrade.due':
      return event.execution.device
    case 'queue.changed':
    case 'module.changed':
      return event.device
    case 'command.due':
    case 'command.ended':
      return event.command.device
    case 'twin.updated':
    case 'twin.deleted':
      return event.twin.device
  }
}

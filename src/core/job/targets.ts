import type { Groups } from '../device/groups.ts'
import type { Device } from '../device/model.ts'
import type { Devices } from '../device/registry.ts'
import type { DeviceKey, DialectName } from '../ids.ts'
import { matches, type Lookup } from '../query/predicate.ts'
import type { Target } from './model.ts'

/** What target resolution needs to know of the fleet. */
export interface Fleet {
  devices: Devices
  groups: Groups
  /** The facts of one device, for query targets. */
  facts(device: Device): Lookup
}

/** The devices the targets mean now, each once: targets in their order, groups in joining order. */
export function resolve(fleet: Fleet, dialect: DialectName, targets: readonly Target[]): DeviceKey[] {
  const found = new Set<DeviceKey>()
  for (const target of targets) {
    if (target.type === 'device') found.add(target.device)
    else if (target.type === 'group') for (const member of fleet.groups.members(target.group)) found.add(member)
    else for (const device of fleet.devices.ofDialect(dialect)) if (matches(target.where, fleet.facts(device))) found.add(device.key)
  }
  return [...found]
}

/** Whether the targets mean this device now. */
export function means(fleet: Fleet, targets: readonly Target[], key: DeviceKey): boolean {
  const device = fleet.devices.get(key)
  return targets.some((target) => {
    if (target.type === 'device') return target.device === key
    if (device === undefined) return false
    return target.type === 'group' ? fleet.groups.contains(target.group, device) : matches(target.where, fleet.facts(device))
  })
}

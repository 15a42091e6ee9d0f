import type { Groups } from '../device/groups.ts'
import type { Device } from '../device/model.ts'
import type { Devices } from '../device/registry.ts'
import type { DeviceKey, DialectName } from '../ids.ts'
import { matchesPredicate, type PathLookup } from '../query/predicate.ts'
import type { Target } from './model.ts'

/** What target resolution needs to know of the fleet. */
export interface TargetSources {
  devices: Devices
  groups: Groups
  /** The facts of one device, for query targets. */
  facts(device: Device): PathLookup
}

/**
 * The devices the targets mean now, each once: targets in their order, what they mean in the order in which it was
 * registered.
 */
export function resolve(fleet: TargetSources, dialect: DialectName, targets: readonly Target[]): DeviceKey[] {
  const found = new Set<DeviceKey>()
  const registered = targets.some(({ type }) => type === 'group')
    ? orderOf(fleet.devices.ofDialect(dialect))
    : new Map<DeviceKey, number>()
  for (const target of targets) {
    if (target.type === 'device') found.add(target.device)
    else if (target.type === 'group')
      for (const member of sorted(fleet.groups.members(target.group), registered)) found.add(member)
    else
      for (const device of fleet.devices.ofDialect(dialect))
        if (isMeant(target, device) && matchesPredicate(target.where, fleet.facts(device))) found.add(device.key)
  }
  return [...found]
}

const orderOf = (devices: Iterable<Device>): Map<DeviceKey, number> =>
  new Map(Array.from(devices, ({ key }, index) => [key, index]))

/** The order in which devices joined is known until the next start only: a rollout must not depend on it. */
const sorted = (members: Iterable<DeviceKey>, order: ReadonlyMap<DeviceKey, number>): DeviceKey[] =>
  [...members].sort((a, b) => order.get(a)! - order.get(b)!)

/** Whether the targets mean this device now. */
export function means(fleet: TargetSources, targets: readonly Target[], key: DeviceKey): boolean {
  const device = fleet.devices.get(key)
  return targets.some((target) => {
    if (target.type === 'device') return target.device === key
    if (device === undefined) return false
    return target.type === 'group'
      ? fleet.groups.contains(target.group, device)
      : isMeant(target, device) && matchesPredicate(target.where, fleet.facts(device))
  })
}

/** A query is about devices, or about parts of one kind. */
const isMeant = ({ parts }: { parts?: string }, { kind, parent }: Device): boolean =>
  parts === undefined ? parent === undefined : kind === parts

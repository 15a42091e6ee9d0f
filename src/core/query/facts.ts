import type { Connections } from '../device/connectivity.ts'
import type { Device } from '../device/model.ts'
import { nameOf } from '../ids.ts'
import type { Twins } from '../twin/twins.ts'
import type { Lookup } from './predicate.ts'

/** Reads the facts of one device at the paths that `Predicate` speaks of. */
export function factsOf(device: Device, twins: Twins, connections: Connections): Lookup {
  return (path) => {
    const [head, ...rest] = path.split('.')
    switch (head) {
      case 'name':
        return device.name
      case 'type':
        return device.type
      case 'connected':
        return connections.isOnline(device.key)
      case 'groups':
        return device.groups.map(nameOf)
      case 'attributes':
        return device.attributes[rest.join('.')]
      case 'tags':
        return at(device.tags, rest)
      case 'twin':
        return at(twins.get(device.key), rest)
      case 'twins':
        return at(twins.get(device.key, rest[0]), rest.slice(1))
      default:
        return undefined
    }
  }
}

const at = (value: unknown, path: string[]): unknown =>
  path.reduce<unknown>((found, key) => (typeof found === 'object' && found !== null && Object.hasOwn(found, key) ? (found as Record<string, unknown>)[key] : undefined), value)

import type { Presence } from '../device/presence.ts'
import type { Device } from '../device/model.ts'
import { nameOf } from '../ids.ts'
import { delta } from '../twin/delta.ts'
import { isObject } from '../twin/json.ts'
import type { Twin } from '../twin/model.ts'
import type { Twins } from '../twin/twins.ts'
import type { PathLookup } from './predicate.ts'

/** Reads the facts of one device at the paths that `Predicate` speaks of. */
export function factsOf(device: Device, twins: Twins, connections: Presence): PathLookup {
  return (path) => {
    const [head, ...rest] = path.split('.')
    switch (head) {
      case 'name':
      case 'id':
      case 'type':
      case 'kind':
        return device[head]
      case 'connected':
        return connections.isOnline(device.key)
      case 'connectivity':
        return at(connections.get(device.key), rest)
      case 'groups':
        return device.groups.map(nameOf)
      case 'attributes':
        return device.attributes[rest.join('.')]
      case 'tags':
        return at(device.tags, rest)
      case 'twin':
        return inTwin(twins.get(device.key), rest)
      case 'twins':
        return inTwin(twins.get(device.key, rest[0]), rest.slice(1))
      case '*':
        return everything(device, twins)
      default:
        return undefined
    }
  }
}

function inTwin(twin: Twin | undefined, path: string[]): unknown {
  if (twin === undefined || (path[0] !== 'delta' && path[0] !== 'hasDelta')) return at(twin, path)
  const left = delta(twin.desired, twin.reported)
  return path[0] === 'hasDelta' ? left !== undefined : at(left, path.slice(1))
}

/** A key may hold dots itself: `{"one.two": 1}` and `{"one": {"two": 1}}` are read alike. */
function at(value: unknown, path: string[]): unknown {
  if (path.length === 0 || value === undefined) return value
  if (!isObject(value)) return undefined
  for (let length = 1; length <= path.length; length += 1) {
    const key = length === 1 ? path[0]! : path.slice(0, length).join('.')
    if (!Object.hasOwn(value, key)) continue
    const found = at(value[key], path.slice(length))
    if (found !== undefined) return found
  }
  return undefined
}

/** Every scalar the device is described by. */
function everything(device: Device, twins: Twins): unknown[] {
  const { key, name, id, type, groups, attributes, tags } = device
  const named = twins.names(key).map((twin) => twins.get(key, twin))
  const states = [twins.get(key), ...named].map((twin) => [twin?.desired, twin?.reported])
  return [...scalarsIn([name, id, type, groups.map(nameOf), attributes, tags, states])]
}

function* scalarsIn(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) for (const item of value) yield* scalarsIn(item)
  else if (isObject(value)) yield* scalarsIn(Object.values(value))
  else if (value !== undefined && value !== null) yield value
}

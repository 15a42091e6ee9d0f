import { HubError, notFound } from '../errors.ts'
import { keyOf, type DeviceKey, type DialectName, type GroupKey, type Ids } from '../ids.ts'
import type { Table, Tables } from '../table.ts'
import type { Turn } from '../turn.ts'
import type { Presence } from './presence.ts'
import type { Groups } from './groups.ts'
import type { Device } from './model.ts'
import { say } from '../said.ts'

export interface NewDevice {
  dialect: DialectName
  name: string
  type?: string
  attributes?: Record<string, string>
  tags?: Record<string, unknown>
  extra?: Record<string, unknown>
}

/** What may change; a member that is present replaces, `type: undefined` removes the type. */
export interface DeviceChange {
  type?: string | undefined
  attributes?: Record<string, string>
  tags?: Record<string, unknown>
  enabled?: boolean
  extra?: Record<string, unknown>
}

/** A fleet's devices share what they do not have. */
const NOTHING: Record<string, never> = Object.freeze({})
const NO_GROUPS: GroupKey[] = Object.freeze<GroupKey[]>([]) as GroupKey[]

/** The registered devices of all clouds. */
export class Devices {
  readonly #devices: Table<Device>
  readonly #ids: Ids
  readonly #groups: Groups
  readonly #connections: Presence
  #revision = 0

  constructor(tables: Tables, ids: Ids, groups: Groups, connections: Presence) {
    this.#devices = tables.table('devices')
    this.#ids = ids
    this.#groups = groups
    this.#connections = connections
    for (const device of this.#devices.values()) groups.index(device)
  }

  get size(): number {
    return this.#devices.size
  }

  /** Another number whenever a device has come or gone: for lists kept elsewhere. */
  get revision(): number {
    return this.#revision
  }

  get(key: DeviceKey): Device | undefined {
    return this.#devices.get(key)
  }

  /** The device, or NOT_FOUND. */
  require(key: DeviceKey): Device {
    const device = this.#devices.get(key)
    if (device === undefined) throw notFound(say`no device ${key}`)
    return device
  }

  *ofDialect(dialect: DialectName): Generator<Device> {
    for (const device of this.#devices.values()) if (device.dialect === dialect) yield device
  }

  all(): Iterable<Device> {
    return this.#devices.values()
  }

  /** Refuses an existing name with ALREADY_EXISTS. */
  create(turn: Turn, input: NewDevice): Device {
    const key = keyOf(input.dialect, input.name)
    if (this.#devices.has(key)) throw new HubError('ALREADY_EXISTS', say`device ${key} already exists`)
    const device: Device = {
      key,
      dialect: input.dialect,
      name: input.name,
      id: this.#ids.uuid(),
      ...(input.type === undefined ? {} : { type: input.type }),
      attributes: input.attributes ?? NOTHING,
      tags: input.tags ?? NOTHING,
      groups: NO_GROUPS,
      enabled: true,
      version: 1,
      createdAt: turn.now,
      updatedAt: turn.now,
      extra: input.extra ?? NOTHING,
    }
    this.#devices.set(key, device)
    this.#revision += 1
    turn.emit({ type: 'device.created', device })
    return device
  }

  /** The device of that name, registered now if it was not. */
  ensure(turn: Turn, dialect: DialectName, name: string): Device {
    return this.#devices.get(keyOf(dialect, name)) ?? this.create(turn, { dialect, name })
  }

  /** NOT_FOUND, or VERSION_MISMATCH if the device is not at `expectedVersion`. */
  update(turn: Turn, key: DeviceKey, change: DeviceChange, expectedVersion?: number): Device {
    const before = this.require(key)
    this.#checkVersion(before, expectedVersion)
    const { type, ...rest } = { ...before, ...change }
    const device: Device = {
      ...rest,
      ...(type === undefined ? {} : { type }),
      version: before.version + 1,
      updatedAt: turn.now,
    }
    this.#devices.set(key, device)
    turn.emit({ type: 'device.updated', device, before })
    return device
  }

  /** NOT_FOUND, or VERSION_MISMATCH. The device leaves its groups; its executions and twins stay. */
  delete(turn: Turn, key: DeviceKey, expectedVersion?: number): Device {
    const device = this.require(key)
    this.#checkVersion(device, expectedVersion)
    this.#devices.delete(key)
    for (const group of device.groups) this.#groups.forget(turn, group, key)
    this.#connections.forget(key)
    this.#revision += 1
    turn.emit({ type: 'device.deleted', device })
    return device
  }

  /**
   * Puts the device into a group; nothing happens if it is there already. NOT_FOUND, also for a group that is being
   * deleted.
   */
  join(turn: Turn, key: DeviceKey, group: string): void {
    const device = this.require(key)
    this.#groups.requireOpen(group)
    if (device.groups.includes(group)) return
    const joined = this.#devices.set(key, { ...device, groups: [...device.groups, group], updatedAt: turn.now })
    this.#groups.index(joined)
    turn.emit({ type: 'group.joined', group, device: key })
  }

  /** Takes the device out of a group; nothing happens if it is not in it. */
  leave(turn: Turn, key: DeviceKey, group: string): void {
    const device = this.require(key)
    if (!device.groups.includes(group)) return
    this.#devices.set(key, { ...device, groups: device.groups.filter((other) => other !== group), updatedAt: turn.now })
    this.#groups.forget(turn, group, key)
  }

  #checkVersion(device: Device, expected: number | undefined): void {
    if (expected !== undefined && expected !== device.version) {
      throw new HubError('VERSION_MISMATCH', say`expected version ${expected} but found version ${device.version}`, {
        version: device.version,
      })
    }
  }
}

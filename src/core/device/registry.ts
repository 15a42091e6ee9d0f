import { HubError, invalid, notFound } from '../errors.ts'
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
  /** Of the same dialect. */
  parent?: DeviceKey
  kind?: string
  attributes?: Record<string, string>
  tags?: Record<string, unknown>
  extra?: Record<string, unknown>
}

/** What may change; a member that is present replaces, and `undefined` removes the type or the parent. */
export interface DeviceChange {
  type?: string | undefined
  parent?: DeviceKey | undefined
  attributes?: Record<string, string>
  tags?: Record<string, unknown>
  enabled?: boolean
  extra?: Record<string, unknown>
}

/** A fleet's devices share what they do not have. */
const NOTHING: Record<string, never> = Object.freeze({})
const NO_PARTS: ReadonlySet<DeviceKey> = Object.freeze(new Set<DeviceKey>())
const NO_GROUPS: GroupKey[] = Object.freeze<GroupKey[]>([]) as GroupKey[]

/** The registered devices of all clouds. */
export class Devices {
  readonly #devices: Table<Device>
  readonly #ids: Ids
  readonly #groups: Groups
  readonly #connections: Presence
  readonly #forget: (device: DeviceKey) => void
  readonly #parts = new Map<DeviceKey, Set<DeviceKey>>()
  #revision = 0

  /** `forget` hears of every device that is deleted. */
  constructor(tables: Tables, ids: Ids, groups: Groups, connections: Presence, forget: (device: DeviceKey) => void) {
    this.#forget = forget
    this.#devices = tables.table('devices')
    this.#ids = ids
    this.#groups = groups
    this.#connections = connections
    for (const device of this.#devices.values()) {
      groups.index(device)
      this.#indexPart(device)
    }
  }

  get size(): number {
    return this.#devices.size
  }

  /** The keys of the parts of a device, whether that is registered still or not. */
  parts(key: DeviceKey): ReadonlySet<DeviceKey> {
    return this.#parts.get(key) ?? NO_PARTS
  }

  /** The parts of all devices. */
  *allParts(): Generator<DeviceKey> {
    for (const parts of this.#parts.values()) yield* parts
  }

  /** Another number whenever a device has come or gone, or become a part: for lists kept elsewhere. */
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

  /** Refuses an existing name with ALREADY_EXISTS, and a parent that there is not with NOT_FOUND. */
  create(turn: Turn, input: NewDevice): Device {
    const key = keyOf(input.dialect, input.name)
    if (this.#devices.has(key)) throw new HubError('ALREADY_EXISTS', say`device ${key} already exists`)
    this.#checkParent(key, input.parent)
    const device: Device = {
      key,
      dialect: input.dialect,
      name: input.name,
      id: this.#ids.uuid(),
      ...(input.type === undefined ? {} : { type: input.type }),
      ...(input.parent !== undefined && { parent: input.parent }),
      ...(input.kind !== undefined && { kind: input.kind }),
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
    this.#indexPart(device)
    this.#revision += 1
    turn.emit({ type: 'device.created', device })
    return device
  }

  /** The device of that name, registered now if it was not. */
  ensure(turn: Turn, dialect: DialectName, name: string): Device {
    return this.#devices.get(keyOf(dialect, name)) ?? this.create(turn, { dialect, name })
  }

  /** NOT_FOUND, also for a parent, or VERSION_MISMATCH if the device is not at `expectedVersion`. */
  update(turn: Turn, key: DeviceKey, change: DeviceChange, expectedVersion?: number): Device {
    const before = this.require(key)
    this.#checkVersion(before, expectedVersion)
    if (change.parent !== before.parent) this.#checkParent(key, change.parent)
    const { type, parent, ...rest } = { ...before, ...change }
    const device: Device = {
      ...rest,
      ...(type === undefined ? {} : { type }),
      ...(parent === undefined ? {} : { parent }),
      version: before.version + 1,
      updatedAt: turn.now,
    }
    this.#devices.set(key, device)
    if (parent !== before.parent) {
      this.#forgetPart(before)
      this.#indexPart(device)
      this.#revision += 1
    }
    turn.emit({ type: 'device.updated', device, before })
    return device
  }

  /**
   * NOT_FOUND, or VERSION_MISMATCH. The device leaves its groups; its executions and twins stay. So do its parts, whose
   * dialect knows whether they go with it (`parts`).
   */
  delete(turn: Turn, key: DeviceKey, expectedVersion?: number): Device {
    const device = this.require(key)
    this.#checkVersion(device, expectedVersion)
    this.#devices.delete(key)
    this.#forgetPart(device)
    for (const group of device.groups) this.#groups.forget(turn, group, key)
    this.#connections.forget(key)
    this.#forget(key)
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

  /** NOT_FOUND, or INVALID for a device that would be a part of itself. */
  #checkParent(key: DeviceKey, parent: DeviceKey | undefined): void {
    for (let above = parent; above !== undefined; above = this.require(above).parent)
      if (above === key) throw invalid('parent', parent, 'is a part of it')
  }

  #indexPart({ key, parent }: Device): void {
    if (parent === undefined) return
    const parts = this.#parts.get(parent)
    if (parts === undefined) this.#parts.set(parent, new Set([key]))
    else parts.add(key)
  }

  #forgetPart({ key, parent }: Device): void {
    const parts = parent === undefined ? undefined : this.#parts.get(parent)
    if (parts?.delete(key) === true && parts.size === 0) this.#parts.delete(parent!)
  }

  #checkVersion(device: Device, expected: number | undefined): void {
    if (expected !== undefined && expected !== device.version) {
      throw new HubError('VERSION_MISMATCH', say`expected version ${expected} but found version ${device.version}`, {
        version: device.version,
      })
    }
  }
}

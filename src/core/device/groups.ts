import { HubError, notFound } from '../errors.ts'
import { keyOf, type DeviceKey, type DialectName, type GroupKey, type Ids } from '../ids.ts'
import type { Table, Tables } from '../table.ts'
import type { Turn } from '../turn.ts'
import type { Device, Group } from './model.ts'
import { say } from '../said.ts'

export interface NewGroup {
  dialect: DialectName
  name: string
  parent?: GroupKey
  description?: string
  attributes?: Record<string, string>
  extra?: Record<string, unknown>
}

export type GroupChange = Partial<Pick<Group, 'description' | 'attributes' | 'extra'>>

const NOBODY: ReadonlySet<never> = new Set()

/** Named sets of devices. A device knows its groups; who is in a group is an index over that. */
export class Groups {
  readonly #groups: Table<Group>
  readonly #ids: Ids
  readonly #members = new Map<GroupKey, Set<DeviceKey>>()
  readonly #children = new Map<GroupKey, Set<GroupKey>>()

  constructor(tables: Tables, ids: Ids) {
    this.#groups = tables.table('groups')
    this.#ids = ids
    for (const group of this.#groups.values()) this.#indexParent(group)
  }

  get(key: GroupKey): Group | undefined {
    return this.#groups.get(key)
  }

  /** The group, or NOT_FOUND, or VERSION_MISMATCH if one is expected and it has another. */
  require(key: GroupKey, expectedVersion?: number): Group {
    const group = this.#groups.get(key)
    if (group === undefined) throw notFound(say`no group ${key}`)
    this.#checkVersion(group, expectedVersion)
    return group
  }

  all(): Iterable<Group> {
    return this.#groups.values()
  }

  /** The group that a device or another group is to be put into: NOT_FOUND also while it is being deleted. */
  requireOpen(key: GroupKey): Group {
    const group = this.require(key)
    if (group.dissolving !== undefined) throw notFound(say`group ${key} is being deleted`)
    return group
  }

  *ofDialect(dialect: DialectName): Generator<Group> {
    for (const group of this.#groups.values()) if (group.dialect === dialect) yield group
  }

  /** ALREADY_EXISTS, or NOT_FOUND for the parent. */
  create(turn: Turn, input: NewGroup): Group {
    const key = keyOf(input.dialect, input.name)
    if (this.#groups.has(key)) throw new HubError('ALREADY_EXISTS', say`group ${key} already exists`)
    if (input.parent !== undefined) this.requireOpen(input.parent)
    const group: Group = {
      key,
      dialect: input.dialect,
      name: input.name,
      id: this.#ids.uuid(),
      ...(input.parent === undefined ? {} : { parent: input.parent }),
      ...(input.description === undefined ? {} : { description: input.description }),
      attributes: input.attributes ?? {},
      version: 1,
      createdAt: turn.now,
      extra: input.extra ?? {},
    }
    this.#groups.set(key, group)
    this.#indexParent(group)
    turn.emit({ type: 'group.created', group })
    return group
  }

  /** NOT_FOUND, or VERSION_MISMATCH. */
  update(turn: Turn, key: GroupKey, change: GroupChange, expectedVersion?: number): Group {
    const before = this.require(key, expectedVersion)
    const group = this.#groups.set(key, { ...before, ...change, version: before.version + 1 })
    turn.emit({ type: 'group.updated', group, before })
    return group
  }

  /** Marks the group as being deleted, for one asker more. */
  dissolving(group: Group, asker: string): void {
    this.#groups.set(group.key, { ...group, dissolving: { askers: [...(group.dissolving?.askers ?? []), asker] } })
  }

  /** Those who asked for its end are no longer there: their names may be others' by now. */
  forgetAskers(group: Group): void {
    this.#groups.set(group.key, { ...group, dissolving: { askers: [] } })
  }

  /** Refuses with CONFLICT while groups or devices are in it, and NOT_FOUND. */
  delete(turn: Turn, key: GroupKey, expectedVersion?: number): void {
    const group = this.require(key, expectedVersion)
    if (this.children(key).size > 0) throw new HubError('CONFLICT', say`group ${key} still has child groups`)
    if (this.direct(key).size > 0) throw new HubError('CONFLICT', say`group ${key} still has devices`)
    this.#groups.delete(key)
    this.#members.delete(key)
    this.#children.delete(key)
    if (group.parent !== undefined) this.#children.get(group.parent)?.delete(key)
    turn.emit({ type: 'group.deleted', group })
  }

  children(key: GroupKey): ReadonlySet<GroupKey> {
    return this.#children.get(key) ?? NOBODY
  }

  /** The devices put into this very group. */
  direct(key: GroupKey): ReadonlySet<DeviceKey> {
    return this.#members.get(key) ?? NOBODY
  }

  /** The devices in this group or any group below it, each once, in no particular order. */
  members(key: GroupKey): Set<DeviceKey> {
    const found = new Set(this.direct(key))
    for (const child of this.children(key)) for (const device of this.members(child)) found.add(device)
    return found
  }

  /** The groups above this one, the root first. */
  ancestors(key: GroupKey): Group[] {
    const path: Group[] = []
    for (let parent = this.get(key)?.parent; parent !== undefined; parent = this.get(parent)?.parent)
      path.unshift(this.require(parent))
    return path
  }

  /** Whether a device with these direct groups is in `key`, itself or through a child group. */
  contains(key: GroupKey, device: Pick<Device, 'groups'>): boolean {
    return device.groups.some((direct) => direct === key || this.ancestors(direct).some((group) => group.key === key))
  }

  /** Takes note of a device's memberships; the registry calls it. */
  index(device: Device): void {
    for (const group of device.groups) {
      let members = this.#members.get(group)
      if (members === undefined) this.#members.set(group, (members = new Set()))
      members.add(device.key)
    }
  }

  /** The device is in the group no more; the registry calls it. */
  forget(turn: Turn, group: GroupKey, device: DeviceKey): void {
    this.#members.get(group)?.delete(device)
    turn.emit({ type: 'group.left', group, device })
  }

  #indexParent(group: Group): void {
    if (group.parent === undefined) return
    let children = this.#children.get(group.parent)
    if (children === undefined) this.#children.set(group.parent, (children = new Set()))
    children.add(group.key)
  }

  #checkVersion(group: Group, expected: number | undefined): void {
    if (expected !== undefined && expected !== group.version) {
      throw new HubError('VERSION_MISMATCH', say`expected version ${expected} but found version ${group.version}`, {
        version: group.version,
      })
    }
  }
}

import type { Instant } from '../clock.ts'
import { Deadlines } from '../deadlines.ts'
import { HubError, notFound } from '../errors.ts'
import type { DeviceKey } from '../ids.ts'
import type { Table, Tables } from '../table.ts'
import type { Turn } from '../turn.ts'
import { mergeSection, type MergeRule } from './merge.ts'
import type { JsonObject, PatchMode, Section, Stamp, Twin } from './model.ts'
import { stamp } from './stamps.ts'
import { say } from '../said.ts'

/** A change of a twin. A section: an object is a patch, null clears it, absent leaves it alone. */
export interface TwinChange {
  desired?: JsonObject | null
  reported?: JsonObject | null
  /** `merge` unless given. */
  mode?: PatchMode
  /** What null means inside a patch; `delete` unless given. */
  nulls?: MergeRule['nulls']
  /**
   * Refused with VERSION_MISMATCH unless the counter stands there (0: there never was a twin), or the function agrees.
   */
  expectedVersion?: number | ((twin: Twin | undefined) => boolean)
  /** The version afterwards, where clients choose it; else one more than before. */
  setVersion?: number
  /** A last look at the successor (its size, say); what it throws refuses the change. */
  check?: (next: Twin) => void
  /** Handed on in the event, for whoever answers the one who asked. */
  correlation?: string
}

export interface TwinDeletion {
  expectedVersion?: number
  /**
   * How long the counter outlives the document, so that a new twin of that name counts on from there, the deletion
   * included; milliseconds.
   */
  keepCounterMs?: number
  correlation?: string
}

/**
 * Tombstones dropped with each deletion: more than one, so that they cannot pile up, but not so many that anybody
 * waits.
 */
const FORGOTTEN_AT_ONCE = 8

/** The twins of all devices, registered or not: one per device without a name, and any number with. */
export class Twins {
  readonly #twins: Table<Twin>
  readonly #names = new Map<DeviceKey, Set<string>>()
  readonly #tombstones = new Deadlines<string>()

  constructor(tables: Tables) {
    this.#twins = tables.table('twins')
    for (const [key, twin] of this.#twins.entries()) {
      if (twin.forgetAt === undefined) this.#index(twin)
      else this.#tombstones.set(key, twin.forgetAt)
    }
  }

  /** The twin, unless there is none or only its tombstone. */
  get(device: DeviceKey, name?: string): Twin | undefined {
    const twin = this.#twins.get(keyOf(device, name))
    return twin?.forgetAt === undefined ? twin : undefined
  }

  /** The names of a device's named twins, sorted by code unit. */
  names(device: DeviceKey): string[] {
    return [...(this.#names.get(device) ?? [])].sort()
  }

  /** Applies a change, making the twin if there is none. Emits `twin.updated`, also if no value differs. */
  update(turn: Turn, device: DeviceKey, name: string | undefined, change: TwinChange): Twin {
    const key = keyOf(device, name)
    const before = this.get(device, name)
    const version = this.#version(key, turn.now)
    expect(change.expectedVersion, before, version)
    const next: Twin = {
      device,
      ...(name !== undefined && { name }),
      metadata: {},
      version: change.setVersion ?? version + 1,
      versions: { desired: 0, reported: 0 },
      updatedAt: turn.now,
    }
    for (const section of SECTIONS) apply(next, section, before, change)
    change.check?.(next)
    this.#twins.set(key, next)
    this.#tombstones.delete(key)
    if (before === undefined) this.#index(next)
    const { desired, reported, mode = 'merge', correlation } = change
    turn.emit({
      type: 'twin.updated',
      twin: next,
      before,
      patch: { ...(desired !== undefined && { desired }), ...(reported !== undefined && { reported }) },
      mode,
      ...(correlation !== undefined && { correlation }),
    })
    return next
  }

  /** Deletes the twin and returns it as it was, or throws NOT_FOUND. Emits `twin.deleted`. */
  delete(
    turn: Turn,
    device: DeviceKey,
    name: string | undefined,
    { expectedVersion, keepCounterMs, correlation }: TwinDeletion = {},
  ): Twin {
    const key = keyOf(device, name)
    const twin = this.get(device, name)
    if (twin === undefined) throw notFound(say`no twin ${key}`)
    expect(expectedVersion, twin, twin.version)
    this.#forget(turn.now)
    if (keepCounterMs === undefined) this.#twins.delete(key)
    else this.#bury(key, twin, turn.now, turn.now + keepCounterMs)
    if (name !== undefined) this.#unindex(device, name)
    turn.emit({ type: 'twin.deleted', twin, ...(correlation !== undefined && { correlation }) })
    return twin
  }

  /** Where the counter stands: also that of a tombstone whose time has not come. */
  #version(key: string, now: Instant): number {
    const twin = this.#twins.get(key)
    return twin === undefined || (twin.forgetAt !== undefined && twin.forgetAt <= now) ? 0 : twin.version
  }

  #bury(key: string, { device, name, version }: Twin, now: Instant, forgetAt: Instant): void {
    const versions = { desired: 0, reported: 0 }
    const tombstone: Twin = { device, metadata: {}, version: version + 1, versions, updatedAt: now, forgetAt }
    this.#twins.set(key, name === undefined ? tombstone : { ...tombstone, name })
    this.#tombstones.set(key, forgetAt)
  }

  #forget(now: Instant): void {
    for (let count = 0; count < FORGOTTEN_AT_ONCE; count++) {
      const key = this.#tombstones.take(now)
      if (key === undefined) return
      this.#twins.delete(key)
    }
  }

  #index({ device, name }: Twin): void {
    if (name === undefined) return
    const names = this.#names.get(device)
    if (names === undefined) this.#names.set(device, new Set([name]))
    else names.add(name)
  }

  #unindex(device: DeviceKey, name: string): void {
    const names = this.#names.get(device)
    names?.delete(name)
    if (names?.size === 0) this.#names.delete(device)
  }
}

const SECTIONS: readonly Section[] = ['desired', 'reported']

/** A space occurs in no cloud's device names. */
const keyOf = (device: DeviceKey, name: string | undefined): string =>
  name === undefined ? device : `${device} ${name}`

function expect(expected: TwinChange['expectedVersion'], twin: Twin | undefined, version: number): void {
  const met = typeof expected === 'function' ? expected(twin) : expected === undefined || expected === version
  if (!met) throw new HubError('VERSION_MISMATCH', say`the twin's version is ${version}`, { version })
}

/** Carries one section over into `next`, changed as asked. */
function apply(next: Twin, section: Section, before: Twin | undefined, change: TwinChange): void {
  const patch = change[section]
  const state = before?.[section]
  const stamped: Stamp | undefined = before?.metadata[section]
  const count = before?.versions[section] ?? 0
  if (patch === undefined) {
    if (state !== undefined) next[section] = state
    if (stamped !== undefined) next.metadata[section] = stamped
    next.versions[section] = count
    return
  }
  const version = count + 1
  next.versions[section] = version
  if (patch === null) {
    next.metadata[section] = { at: next.updatedAt, version }
    return
  }
  const rule = { mode: change.mode ?? 'merge', nulls: change.nulls ?? 'delete' }
  next[section] = mergeSection(state, patch, rule)
  next.metadata[section] = stamp(stamped, patch, rule, next.updatedAt, version)
}

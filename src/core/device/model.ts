import type { Instant } from '../clock.ts'
import type { DeviceKey, DialectName, GroupKey } from '../ids.ts'

/** One registered device of one cloud. */
export interface Device {
  key: DeviceKey
  dialect: DialectName
  name: string
  /** A UUID that outlives renames and tells two devices of the same name in time apart. */
  id: string
  /** The cloud's kind of device: thing type, product, … */
  type?: string
  /** It is a part of this device, or lies behind it: a module, a sub-device. Absent: it stands for itself. */
  parent?: DeviceKey
  /** What sort of part it is, in its cloud's word. */
  kind?: string
  /** Flat facts from the registry. */
  attributes: Record<string, string>
  /** Nested facts that queries may use. */
  tags: Record<string, unknown>
  groups: GroupKey[]
  enabled: boolean
  /** 1 at first, one more with every change of what the registry says. */
  version: number
  createdAt: Instant
  updatedAt: Instant
  /** What the dialect keeps with the device (keys, secrets, etags); the engine does not read it. */
  extra: Record<string, unknown>
}

/** A named set of devices; groups may nest. Membership is kept with the devices. */
export interface Group {
  key: GroupKey
  dialect: DialectName
  name: string
  id: string
  parent?: GroupKey
  description?: string
  attributes: Record<string, string>
  version: number
  createdAt: Instant
  extra: Record<string, unknown>
  /** It is being deleted, a slice of its devices at a time; who asked for it hears when it is gone. */
  dissolving?: { askers: string[] }
}

/** Whether a device's own session is up, and since when. */
export interface Connectivity {
  device: DeviceKey
  connected: boolean
  at: Instant
  /** How the last session ended, in the dialect's words. */
  reason?: string
  /** Sessions so far. */
  sessions: number
}

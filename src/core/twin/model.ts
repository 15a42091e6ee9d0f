import type { Instant } from '../clock.ts'
import type { DeviceKey } from '../ids.ts'

export type JsonObject = { [key: string]: unknown }

/** Mirrors the state: a leaf is the instant of its last change; an array has one entry per element. */
export type Metadata = Instant | Metadata[] | { [key: string]: Metadata }

export type Section = 'desired' | 'reported'

/** The state that a device and its operators share: what is wanted and what is. */
export interface Twin {
  device: DeviceKey
  /** Absent for the one twin that every cloud has; AWS has named ones besides. */
  name?: string
  desired?: JsonObject
  reported?: JsonObject
  metadata: { desired?: { [key: string]: Metadata }; reported?: { [key: string]: Metadata } }
  /** One more with every accepted change of anything. */
  version: number
  /** One more with every accepted change of that section (Azure counts them apart). */
  versions: { desired: number; reported: number }
  updatedAt: Instant
  /** A tombstone: the counter outlives the document. */
  deletedAt?: Instant
}

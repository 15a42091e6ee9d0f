import type { Instant } from '../clock.ts'
import type { DeviceKey } from '../ids.ts'

export type JsonObject = { [key: string]: unknown }

export type Section = 'desired' | 'reported'

/**
 * When a part of a section was last written. Objects carry the stamps of their keys; a leaf has none, and
 * neither has an array, because arrays only change whole: `mirror` spreads its stamp over the elements.
 */
export interface Stamp {
  at: Instant
  /** The section's own version since then. */
  version: number
  of?: Stamps
}

export type Stamps = { [key: string]: Stamp }

/** The state that a device and its operators share: what is wanted and what is. */
export interface Twin {
  device: DeviceKey
  /** Absent for the one twin that every cloud has; AWS has named ones besides. */
  name?: string
  desired?: JsonObject
  reported?: JsonObject
  /** The stamp of a section outlives it: it then tells when the section was cleared. */
  metadata: { desired?: Stamp; reported?: Stamp }
  /** One more with every accepted change of anything, unless the change named it. */
  version: number
  /** One more with every accepted change of that section (Azure counts them apart). */
  versions: { desired: number; reported: number }
  updatedAt: Instant
  /** A tombstone: the document is gone, its counter is remembered until then. */
  forgetAt?: Instant
}

/**
 * How a patch meets a section: `merge` goes into objects at every depth, `assign` replaces the named keys whole,
 * `replace` replaces the section.
 */
export type PatchMode = 'merge' | 'assign' | 'replace'

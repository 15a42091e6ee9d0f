import type { Instant } from '../clock.ts'
import type { DeviceKey, JobKey } from '../ids.ts'

/** A file of a package, as far as its cloud tells of it. */
export interface PackageFile {
  name?: string
  url?: string
  /** Bytes. */
  size?: number
  /** `value` as the cloud writes it. */
  digest?: { algorithm: 'MD5' | 'SHA256'; value: string }
}

/** What a device is to run: one version of one of its modules. */
export interface Package {
  /** The part of the device that the version is of: `firmware`, `MCU`. */
  module: string
  version: string
  files: PackageFile[]
}

/** How the upgrades of one job go; what is absent is not asked for. */
export interface UpgradeRules {
  /**
   * When a device is through. `VERSION`: once it says that it runs the version, whatever it has said of its progress;
   * `PROGRESS`: at 100.
   */
  success: 'VERSION' | 'PROGRESS'
  /** A device that has begun and then says that it runs another version has failed. */
  otherVersionFails?: true
  /** Nothing is handed to a device before this has been confirmed for it. */
  confirm?: true
  /** Only what a device asks for is handed to it. */
  pullOnly?: true
  /**
   * Each device has one unfinished upgrade of a module at a time. `KEEP`: the one that it has goes on, and the new one
   * is canceled; `OVERWRITE`: the new one takes the place of one that has not begun. Absent: they go side by side.
   */
  onePerModule?: 'KEEP' | 'OVERWRITE'
}

/** A job whose work is a package: each of its executions is the upgrade of one device. */
export interface Upgrade extends UpgradeRules {
  job: JobKey
  /** Its job's, if that has one. */
  lane?: string
  package: Package
}

/** What a device says of an upgrade under way. */
export interface UpgradeReport {
  /** 0–100; `FAILED`: it has given up. */
  progress: number | 'FAILED'
  /** In the device's own words; they replace those before. */
  details?: Record<string, unknown>
}

/** The version of a module that a device runs, as it said last. */
export interface ModuleVersion {
  module: string
  version: string
  /** When it first said so. */
  at: Instant
}

/** The record of a device: its modules, in the order in which it first named them. */
export interface Modules {
  device: DeviceKey
  modules: ModuleVersion[]
}

/** That the upgrade by this job has been confirmed for this device. */
export interface Confirmation {
  job: JobKey
  device: DeviceKey
  /** The attempt that was confirmed, and with it those by which it is retried. */
  number: number
}

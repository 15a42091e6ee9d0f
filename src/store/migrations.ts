import { parseJson } from '../core/json-text.ts'
import { isObject } from '../core/twin/json.ts'
import type { Operation } from './journal-lines.ts'
import { StoreError } from './store-error.ts'
import { say } from '../core/said.ts'

/** What one change of the version before means in the next: as many operations as it takes, also none. */
export type Migration = (operation: Operation) => Operation[]

/**
 * How stored records have changed from release to release: the first entry leads from version 1 to 2, and so on.
 * It works on single operations, so that snapshots and journals, deletions included, migrate alike.
 */
export const MIGRATIONS: readonly Migration[] = [
  // 2: a queued MQTT message may refer to its body, which several sessions share, and says whether it is the hub's own.
  // Of those that were stored before nobody knows: they are kept like the hub's own.
  ([table, key, record]) => {
    if (record === undefined) return [[table, key]]
    return [[table, key, table === 'mqttQueue' ? { ...record, own: true } : record]]
  },
  // 3: what a job upgrades, and what a device says it runs, are records of their own. Only IotHub had upgrades: jobs
  // whose document was no command, and the member `firmware_ver` of a device's status.
  (operation) => {
    const [table, key, record] = operation
    if (!key.startsWith('iothub/')) return [operation]
    if (table === 'jobs') return [operation, ...(record ? upgradeOf(key, record) : [gone('upgrades', key)])]
    if (table === 'devices') return [operation, ...(record ? modulesOf(key, record) : [gone('modules', key)])]
    return [operation]
  },
]

const gone = (table: string, key: string): Operation => [table, key]

function upgradeOf(job: string, { document }: { document?: unknown }): Operation[] {
  const { url, version, size, md5, type = 'firmware', ...more } = objectIn(document)
  if ('command' in more || !isText(url) || !isText(version) || typeof type !== 'string') return []
  const file = {
    url,
    ...(typeof size === 'number' && { size }),
    ...(typeof md5 === 'string' && { digest: { algorithm: 'MD5', value: md5 } }),
  }
  const success = type === 'firmware' ? 'VERSION' : 'PROGRESS'
  return [['upgrades', job, { success, job, package: { module: type, version, files: [file] } }]]
}

function modulesOf(device: string, { tags, extra }: DeviceBefore): Operation[] {
  const version = tags?.status?.firmware_ver
  if (typeof version !== 'string') return []
  return [['modules', device, { device, modules: [{ module: 'firmware', version, at: extra?.lastStatusUpdate ?? 0 }] }]]
}

interface DeviceBefore {
  tags?: { status?: { firmware_ver?: unknown } }
  extra?: { lastStatusUpdate?: number }
}

function objectIn(document: unknown): Record<string, unknown> {
  try {
    const value = typeof document === 'string' ? parseJson(document) : undefined
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** The version that is written, and the newest that can be read. */
export const versionAfter = (migrations: readonly Migration[]): number => migrations.length + 1

/** Brings operations of an older version up to date. */
export function migrate(migrations: readonly Migration[], version: number, operations: Operation[]): Operation[] {
  let migrated = operations
  for (const step of migrations.slice(version - 1)) migrated = migrated.flatMap((operation) => step(operation))
  return migrated
}

/** Throws NEWER_VERSION for a file of a version this release does not know. */
export function refuseNewer(path: string, version: number, migrations: readonly Migration[]): void {
  const known = versionAfter(migrations)
  if (version <= known) return
  throw new StoreError(
    'NEWER_VERSION',
    say`${path} has version ${version}, this release reads up to ${known}: use a newer release; nothing was changed`,
  )
}

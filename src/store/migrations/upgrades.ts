import { parseJson } from '../../core/json-text.ts'
import { isObject } from '../../core/twin/json.ts'
import type { Operation } from '../journal-lines.ts'
import type { Migration } from './migration.ts'

/**
 * What a job upgrades, and what a device says it runs, are records of their own. Only the course's IotHub had upgrades:
 * jobs whose document was no command, and the member `firmware_ver` of a device's status.
 */
export const upgrades: Migration = (operation) => {
  const [table, key, record] = operation
  if (!key.startsWith('iothub/')) return [operation]
  if (table === 'jobs') return [operation, ...(record ? upgradeOf(key, record) : [gone('upgrades', key)])]
  if (table === 'devices') return [operation, ...(record ? modulesOf(key, record) : [gone('modules', key)])]
  return [operation]
}

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

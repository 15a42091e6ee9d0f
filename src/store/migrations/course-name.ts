import { isObject } from '../../core/twin/json.ts'
import type { Migration } from './migration.ts'

const BEFORE = 'iothub'
const NOW = 'iothub-course'

/** The same with the dialect's name of now, where that is what it says; everything else stays as it is. */
type Rename<T = unknown> = (value: T) => T

/** A dialect's name. */
const dialect: Rename = (value) => (value === BEFORE ? NOW : value)
/** The key of a device, group, job or session, and whatever begins with one. */
const keyText: Rename<string> = (key) => (key.startsWith(`${BEFORE}/`) ? NOW + key.slice(BEFORE.length) : key)
const key: Rename = (value) => (typeof value === 'string' ? keyText(value) : value)
const each =
  (rename: Rename): Rename =>
  (value) =>
    Array.isArray(value) ? value.map(rename) : value
const first =
  (rename: Rename): Rename =>
  (value) =>
    Array.isArray(value) && value.length > 0 ? [rename(value[0]), ...(value.slice(1) as unknown[])] : value
const members =
  (renames: Record<string, Rename>): Rename =>
  (value) => {
    if (!isObject(value)) return value
    const found = Object.entries(renames).filter(([name]) => Object.hasOwn(value, name))
    return { ...value, ...Object.fromEntries(found.map(([name, rename]) => [name, rename(value[name])])) }
  }

/** `<job> <device>` and what follows: no job's name holds a blank, and a job's devices are of its own dialect. */
const jobAndDevice: Rename<string> = (text) =>
  text.startsWith(`${BEFORE}/`) ? keyText(text).replace(` ${BEFORE}/`, ` ${NOW}/`) : text
/** `<number>/<session>`. */
const numberAndSession: Rename<string> = (text) => {
  const [number = ''] = /^\d+\//.exec(text) ?? []
  return number + keyText(text.slice(number.length))
}
/** `["<session>","<filter>"]`. */
const sessionInList: Rename<string> = (text) => (text.startsWith('["') ? `["${keyText(text.slice(2))}` : text)
const asItIs: Rename<string> = (text) => text

interface TableRule {
  key: Rename<string>
  record?: Rename
  /** The table has the dialect's name itself. */
  own?: true
}

const ofExecution: TableRule = { key: jobAndDevice, record: members({ job: key, device: key }) }
const ofDevice: TableRule = { key: keyText, record: members({ device: key }) }

/** Every place of the stored state that names a dialect. What people and devices have written is in none of them. */
const TABLES: Readonly<Record<string, TableRule>> = {
  devices: { key: keyText, record: members({ key, dialect, groups: each(key) }) },
  groups: { key: keyText, record: members({ key, dialect, parent: key }) },
  connectivity: ofDevice,
  twins: ofDevice,
  modules: ofDevice,
  commands: ofDevice,
  jobs: { key: keyText, record: members({ key, dialect, targets: each(members({ device: key, group: key })) }) },
  plans: { key: keyText, record: members({ devices: each(key) }) },
  reruns: { key: keyText, record: members({ failed: each(first(key)) }) },
  upgrades: { key: keyText, record: members({ job: key }) },
  executions: ofExecution,
  erased: ofExecution,
  leavers: ofExecution,
  retries: ofExecution,
  confirmations: ofExecution,
  mqttSessions: { key: keyText, record: members({ dialect, device: key }) },
  mqttSubscriptions: { key: sessionInList, record: members({ session: key }) },
  mqttQueue: { key: numberAndSession, record: members({ session: key }) },
  mqttRetained: { key: keyText, record: members({ dialect }) },
  [`${BEFORE}.clients`]: { own: true, key: keyText },
  [`${BEFORE}.otaProgress`]: { own: true, key: keyText },
  [`${BEFORE}.deleted`]: { own: true, key: keyText },
  [`${BEFORE}.messageIds`]: { own: true, key: asItIs, record: members({ by: key }) },
  [`${BEFORE}.messages`]: { own: true, key: asItIs },
  [`${BEFORE}.secrets`]: { own: true, key: asItIs },
}

/** The course's dialect is called `iothub-course`: `iothub` could be taken for another cloud's, or for this product. */
export const courseName: Migration = (operation) => {
  const [table, name, record] = operation
  const rule = Object.hasOwn(TABLES, table) ? TABLES[table] : undefined
  if (rule === undefined) return [operation]
  const { own, key: renameKey, record: renameRecord = (same: unknown) => same } = rule
  const place = [own === true ? NOW + table.slice(BEFORE.length) : table, renameKey(name)] as const
  return [record === undefined ? [...place] : [...place, renameRecord(record) as object]]
}

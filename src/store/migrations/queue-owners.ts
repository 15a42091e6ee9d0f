import type { Migration } from './migration.ts'

/**
 * A queued MQTT message may refer to its body, which several sessions share, and says whether it is the hub's own. Of
 * those that were stored before nobody knows: they are kept like the hub's own.
 */
export const queueOwners: Migration = ([table, key, record]) => {
  if (record === undefined) return [[table, key]]
  return [[table, key, table === 'mqttQueue' ? { ...record, own: true } : record]]
}

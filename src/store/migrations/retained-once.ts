import { isObject } from '../../core/twin/json.ts'
import type { Migration } from './migration.ts'

const BROKERS = 'mqttRetained'
const OF_AWS = 'aws.retained'

/**
 * What is retained is kept once, by the broker, with the time. Of the two copies that AWS's messages had, its own was
 * the one that knew it.
 */
export const retainedOnce: Migration = (operation) => {
  const [table, key, record] = operation
  if (table === BROKERS) {
    if (key.startsWith('aws/')) return []
    return [record === undefined ? operation : [table, key, { ...record, at: 0 }]]
  }
  if (table !== OF_AWS) return [operation]
  const moved = `aws/${key}`
  if (!isObject(record)) return [[BROKERS, moved]]
  return [[BROKERS, moved, { dialect: 'aws', ...record, encoding: 'base64' }]]
}

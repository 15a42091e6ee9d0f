import type { Limits } from '../../dialect.ts'
import { say, type Words } from '../../../core/said.ts'

/** The largest payload AWS IoT takes, in bytes [aws 1.5]. */
export const MAX_PAYLOAD_BYTES = 131_072

/** Sessions are kept for an hour, messages as long as their session [aws 1.5]. */
export const limits: Limits = {
  sessionMs: 3_600_000,
  payloadBytes: MAX_PAYLOAD_BYTES,
  // [aws 1.5, 1.6.1]
  keepAliveMs: { least: 30_000, most: 1_200_000 },
}

const MAX_TOPIC_BYTES = 256
const MAX_SLASHES = 7
const BASIC_INGEST = /^\$aws\/rules\/[^/]+\//

const CARRIED_BYTES = 65_535
const CARRIED_LEVELS = 100

/** Whether the hub's broker can carry a message on this topic at all, in whatever mode. */
export const canBeCarried = (topic: string): boolean =>
  Buffer.byteLength(topic) <= CARRIED_BYTES && topic.split('/').length <= CARRIED_LEVELS

/**
 * How a topic or filter exceeds 256 bytes or 7 slashes, in which the prefix of Basic Ingest does not count [aws 1.5].
 */
export function lengthFault(topic: string): Words | undefined {
  const counted = topic.startsWith('$aws/rules/') ? topic.replace(BASIC_INGEST, '') : topic
  // A UTF-16 code unit makes three bytes at most.
  if (counted.length * 3 > MAX_TOPIC_BYTES && Buffer.byteLength(counted) > MAX_TOPIC_BYTES)
    return say`topic ${topic} has more than ${MAX_TOPIC_BYTES} bytes`
  let slashes = 0
  for (let at = counted.indexOf('/'); at >= 0; at = counted.indexOf('/', at + 1)) slashes += 1
  return slashes > MAX_SLASHES ? say`topic ${topic} has more than ${MAX_SLASHES} slashes` : undefined
}

import { isUtf8 } from 'node:buffer'
import type { IPublishPacket } from 'mqtt-packet'
import type { Qos } from '../../core/seam/mqtt.ts'

/** A message on its way out, whoever it is for. */
export interface Publication {
  readonly topic: string
  readonly payload: string | Uint8Array
  readonly qos: Qos
  readonly retain: boolean
}

/** The message as an MQTT packet; `id` counts for QoS 1 only. */
export function toPacket({ topic, payload, qos, retain }: Publication, id: number, dup: boolean): IPublishPacket {
  return {
    cmd: 'publish',
    topic,
    payload: typeof payload === 'string' ? payload : asBuffer(payload),
    qos,
    retain,
    dup,
    ...(qos > 0 && { messageId: id }),
  }
}

/** A payload as a record may hold it: text where it is text. */
export interface StoredPayload {
  payload: string
  encoding?: 'base64'
}

export function storePayload(payload: string | Uint8Array): StoredPayload {
  if (typeof payload === 'string') return { payload }
  const bytes = asBuffer(payload)
  return isUtf8(bytes) ? { payload: bytes.toString('utf8') } : { payload: bytes.toString('base64'), encoding: 'base64' }
}

/** The same message with its payload in the form in which records share it, for many that are stored at once. */
export function shareable(publication: Publication): Publication {
  const { payload, encoding } = storePayload(publication.payload)
  return encoding === undefined ? { ...publication, payload } : publication
}

export const loadPayload = ({ payload, encoding }: StoredPayload): string | Buffer =>
  encoding === undefined ? payload : Buffer.from(payload, encoding)

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

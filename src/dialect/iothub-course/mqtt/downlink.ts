import type { Instant } from '../../../core/clock.ts'
import type { ConnectionId, Qos } from '../../../core/seam/mqtt.ts'
import type { Context } from '../../dialect.ts'
import { objectId, type Address } from '../wire/names.ts'
import { formatTopic, type Encoding } from '../wire/topics.ts'

/** Something a device is told to do. */
export interface Instruction {
  command: string
  /** The payload text as the caller gave it: the hub does not encode [iothub 3.2]. */
  data: string
  /** `plain` unless given. */
  encoding?: Encoding
  /** Seconds it may be carried out for, from now. */
  ttl?: number
  /** 1 unless given; some of the system's own are lost on purpose [iothub 5]. */
  qos?: Qos
  /** A fresh one unless given. */
  requestId?: string
}

/** Publishes it for one device, on every client it has; offline sessions keep it. Returns the request id. */
export function tellDevice(ctx: Context, address: Address, instruction: Instruction, rule: string): string {
  const { requestId, qos, data, ...levels } = prepare(ctx, instruction)
  ctx.publish({ topic: formatTopic({ kind: 'cmd', ...address, ...levels, requestId }), payload: data, qos }, rule)
  return requestId
}

/** The same to one connection only, subscribed or not. */
export function tellConnection(
  ctx: Context,
  connection: ConnectionId,
  address: Address,
  instruction: Instruction,
  rule: string,
): void {
  const { requestId, qos, data, ...levels } = prepare(ctx, instruction)
  ctx.send(
    connection,
    { topic: formatTopic({ kind: 'cmd', ...address, ...levels, requestId }), payload: data, qos },
    rule,
  )
}

/** Publishes it for every device that has subscribed to the tag [iothub 3.2]. Returns the request id. */
export function tellTag(ctx: Context, product: string, tag: string, instruction: Instruction, rule: string): string {
  const { requestId, qos, data, ...levels } = prepare(ctx, instruction)
  ctx.publish({ topic: formatTopic({ kind: 'tags', product, tag, ...levels, requestId }), payload: data, qos }, rule)
  return requestId
}

/** Unix seconds at which something expires that lives for `ttl` seconds [iothub 3.2]. */
export const expiryOf = (now: Instant, ttl: number): number => Math.floor(now / 1000) + ttl

function prepare(
  ctx: Context,
  { command, data, encoding = 'plain', ttl, qos = 1, requestId = objectId(ctx.ids) }: Instruction,
) {
  return { command, data, encoding, qos, requestId, ...(ttl !== undefined && { expiresAt: expiryOf(ctx.now, ttl) }) }
}

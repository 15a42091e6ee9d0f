import type { DeviceKey } from '../../../../src/core/ids.ts'
import type { Context } from '../../../../src/dialect/dialect.ts'
import { formatTopic, type ToyTopic } from '../wire/topics.ts'

/** Says something to a toy that is there; one that is away asks when it comes. */
export function tell(ctx: Context, device: DeviceKey, topic: ToyTopic, payload: string): void {
  for (const { id } of ctx.connections.ofDevice(device))
    ctx.send(id, { topic: formatTopic(topic), payload, qos: 1 }, topic.verb)
}

import type { DomainEvent } from '../../../core/events.ts'
import { nameOf, type DeviceKey } from '../../../core/ids.ts'
import type { Execution } from '../../../core/job/model.ts'
import type { Context } from '../../dialect.ts'
import { offer } from './device.ts'
import { objectText, summaryOf, wholeSeconds } from './shapes.ts'
import { notifyNextTopic, notifyTopic } from './topics.ts'

/** [aws 2.8] */
const MAX_LISTED = 10

/**
 * Tells a thing that its pending set has changed (`notify`), or that another execution is next (`notify-next`), in this
 * order [aws 2.8]; of each namespace on topics of its own [aws 2.12]. QoS 1 and not retained: who is away with a
 * stored session hears of it later, others have to ask.
 */
export function notifyQueue(ctx: Context, event: DomainEvent & { type: 'queue.changed' }): void {
  const { device, lane, members, front } = event
  const thing = nameOf(device)
  const say = (topic: string, payload: string, rule: string): void => ctx.publish({ topic, payload, qos: 1 }, rule)
  if (members) say(notifyTopic(thing, lane), listText(ctx, device, lane), '[aws 2.8] pending set changed')
  if (front) say(notifyNextTopic(thing, lane), nextText(ctx, device, lane), '[aws 2.8] next execution changed')
}

/** The first ten, by status; no group is empty, but `jobs` may be. */
function listText(ctx: Context, thing: DeviceKey, lane: string | undefined): string {
  const jobs: Partial<Record<Execution['status'], object[]>> = {}
  for (const execution of ctx.engine.executions.pending(thing, lane).slice(0, MAX_LISTED)) {
    const group = (jobs[execution.status] ??= [])
    group.push(summaryOf(execution))
  }
  return JSON.stringify({ timestamp: wholeSeconds(ctx.now), jobs })
}

/** The front with its document, or a bare timestamp. */
function nextText(ctx: Context, thing: DeviceKey, lane: string | undefined): string {
  const front = ctx.engine.executions.front(thing, lane)
  return objectText({ timestamp: String(wholeSeconds(ctx.now)), execution: front && offer(ctx, front) })
}

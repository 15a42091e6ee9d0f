import type { DomainEvent } from '../../../core/events.ts'
import { nameOf } from '../../../core/ids.ts'
import type { Execution } from '../../../core/job/model.ts'
import type { Context } from '../../dialect.ts'
import { offer } from './device.ts'
import { thingKey } from './keys.ts'
import { objectText, summaryOf, wholeSeconds } from './shapes.ts'
import { notifyNextTopic, notifyTopic } from './topics.ts'

/** [aws 2.8] */
const MAX_LISTED = 10

/**
 * Tells a thing that its pending set has changed (`notify`), or that another execution is next (`notify-next`), in this
 * order [aws 2.8]. QoS 1 and not retained: who is away with a stored session hears of it later, others have to ask.
 */
export function notifyQueue(ctx: Context, { key, members, front }: DomainEvent & { type: 'queue.changed' }): void {
  const thing = nameOf(key)
  if (members) ctx.publish({ topic: notifyTopic(thing), payload: listText(ctx, thing), qos: 1 }, '[aws 2.8] pending set changed')
  if (front) ctx.publish({ topic: notifyNextTopic(thing), payload: nextText(ctx, thing), qos: 1 }, '[aws 2.8] next execution changed')
}

/** The first ten, by status; no group is empty, but `jobs` may be. */
function listText(ctx: Context, thing: string): string {
  const jobs: Partial<Record<Execution['status'], object[]>> = {}
  for (const execution of ctx.engine.executions.pending(thingKey(thing)).slice(0, MAX_LISTED)) {
    const group = (jobs[execution.status] ??= [])
    group.push(summaryOf(execution))
  }
  return JSON.stringify({ timestamp: wholeSeconds(ctx.now), jobs })
}

/** The front with its document, or a bare timestamp. */
function nextText(ctx: Context, thing: string): string {
  const front = ctx.engine.executions.front(thingKey(thing))
  return objectText({ timestamp: String(wholeSeconds(ctx.now)), execution: front && offer(ctx, front) })
}

import type { Instant } from '../../../core/clock.ts'
import type { Message } from '../../../core/seam/mqtt.ts'
import type { Table } from '../../../core/table.ts'
import type { Context, Route } from '../../dialect.ts'
import { AwsError } from '../wire/errors.ts'
import { operation } from '../wire/route.ts'
import { paginate } from '../wire/pagination.ts'

/** A retained message, as the data plane shows it. */
interface Retained {
  topic: string
  /** Base64. */
  payload: string
  qos: 0 | 1
  at: Instant
}

const retainedOf = (ctx: Pick<Context, 'own'>): Table<Retained> => ctx.own('retained')

/**
 * Takes note of what was retained, for the data plane: the broker has a copy of its own. An empty payload deletes [aws
 * 1.5].
 */
export function noteRetained(ctx: Context, { topic, payload, qos }: Message & { payload: Buffer }): void {
  if (payload.length === 0) retainedOf(ctx).delete(topic)
  else retainedOf(ctx).set(topic, { topic, payload: payload.toString('base64'), qos, at: ctx.now })
}

/** The broker has no copy any more. */
export function forgetRetained(ctx: Context, topic: string): void {
  retainedOf(ctx).delete(topic)
}

/** Retained messages over HTTP [aws 5.3]. */
export const retainedRoutes: Route[] = [
  operation('GetRetainedMessage', 'GET', '/retainedMessage/*topic', ({ ctx, params }) => {
    const retained = retainedOf(ctx).get(params['topic'] ?? '')
    if (retained === undefined)
      throw new AwsError('ResourceNotFoundException', `There is no retained message on ${params['topic']}`)
    return { topic: retained.topic, payload: retained.payload, qos: retained.qos, lastModifiedTime: retained.at }
  }),
  operation('ListRetainedMessages', 'GET', '/retainedMessage', ({ ctx, request }) => {
    const paging = { size: 'maxResults', token: 'nextToken', max: 200 }
    const { items, next } = paginate(request, retainedOf(ctx).values(), ({ topic }) => topic, paging)
    const shown = items.map(({ topic, payload, qos, at }) => ({
      topic,
      payloadSize: Buffer.byteLength(payload, 'base64'),
      qos,
      lastModifiedTime: at,
    }))
    return { retainedTopics: shown, nextToken: next }
  }),
]

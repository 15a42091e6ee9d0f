import type { RetainedMessage } from '../../../core/seam/mqtt.ts'
import type { Route } from '../../dialect.ts'
import { AwsError } from '../wire/errors.ts'
import { operation } from '../wire/route.ts'
import { paginate } from '../wire/pagination.ts'

const bytesOf = ({ payload }: RetainedMessage): Buffer => Buffer.from(payload)

/** Retained messages over HTTP [aws 5.3]. */
export const retainedRoutes: Route[] = [
  operation('GetRetainedMessage', 'GET', '/retainedMessage/*topic', ({ ctx, params }) => {
    const retained = ctx.retained.get(params['topic'] ?? '')
    if (retained === undefined)
      throw new AwsError('ResourceNotFoundException', `There is no retained message on ${params['topic']}`)
    const { topic, qos, at } = retained
    return { topic, payload: bytesOf(retained).toString('base64'), qos, lastModifiedTime: at }
  }),
  operation('ListRetainedMessages', 'GET', '/retainedMessage', ({ ctx, request }) => {
    const paging = { size: 'maxResults', token: 'nextToken', max: 200 }
    const { items, next } = paginate(request, ctx.retained.all(), ({ topic }) => topic, paging)
    const shown = items.map((retained) => ({
      topic: retained.topic,
      payloadSize: bytesOf(retained).length,
      qos: retained.qos,
      lastModifiedTime: retained.at,
    }))
    return { retainedTopics: shown, nextToken: next }
  }),
]

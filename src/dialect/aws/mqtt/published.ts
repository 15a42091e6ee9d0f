import type { Connection, Message, PublishVerdict } from '../../../core/seam/mqtt.ts'
import type { Context } from '../../dialect.ts'
import { onJobsPublish, rejectTopic } from '../jobs/jobs.ts'
import { onShadowPublish } from '../twin/shadow.ts'
import { formatTopic, parseTopic, type AwsTopic } from '../wire/topics.ts'
import { asSaid, say, type Label, type Words } from '../../../core/said.ts'

/**
 * Carries out what was published for a service, by a connection or (without one) through HTTP Publish, and says
 * what becomes of the message itself [aws 0.5, 1.5].
 */
export function carryOut(
  ctx: Context,
  connection: Connection | undefined,
  topic: AwsTopic,
  payload: Buffer,
): PublishVerdict {
  switch (topic.kind) {
    case 'ordinary':
      return { route: 'forward' }
    case 'jobs':
      onJobsPublish(ctx, connection, topic.request, payload)
      return { route: 'consume' }
    case 'jobs-stray':
      rejectTopic(ctx, connection, topic.topic, payload)
      return { route: 'consume' }
    case 'shadow':
      if (topic.shadow.outcome !== undefined) return reserved(topic, 'only the shadow service publishes there')
      onShadowPublish(ctx, connection, topic.shadow, payload)
      return { route: 'forward' }
    case 'rule':
      return { route: 'consume' }
    case 'defender':
      if (topic.outcome !== undefined) return reserved(topic, 'only Device Defender publishes there')
      ctx.ignored('Device Defender metrics')
      return { route: 'consume' }
    case 'provisioning':
      return provision(ctx, connection, topic)
    case 'tunnels':
      return reserved(topic, 'only the tunneling service publishes there')
    case 'events':
      return reserved(topic, 'only the service publishes events')
    case 'streams':
      return reserved(topic, 'MQTT file streams are not modelled by the local hub yet')
    case 'commands':
      return reserved(topic, 'remote commands are not modelled by the local hub')
    case 'reserved':
      return reserved(topic, 'topics that begin with $ are reserved')
  }
}

/**
 * Publishes as HTTP does: the same rules, and to everybody what an MQTT client would have sent [aws 5.3]. Returns why
 * it was dropped, if it was.
 */
export function publishForHttp(ctx: Context, message: Message & { payload: Buffer }): Words | undefined {
  const verdict = carryOut(ctx, undefined, parseTopic(message.topic), message.payload)
  if (verdict.route === 'forward') ctx.publish(message, '[aws 5.3] Publish')
  return verdict.route === 'drop' || verdict.route === 'close' ? verdict.reason : undefined
}

/** Fleet provisioning is refused aloud, so that nobody waits for it [aws 0.5]; in CBOR the hub cannot say so. */
function provision(
  ctx: Context,
  connection: Connection | undefined,
  topic: AwsTopic & { kind: 'provisioning' },
): PublishVerdict {
  if (topic.outcome !== undefined) return reserved(topic, 'only the provisioning service publishes there')
  if (topic.format === 'cbor') return reserved(topic, 'fleet provisioning is not modelled by the local hub')
  const message = {
    topic: formatTopic({ ...topic, outcome: 'rejected' }),
    payload: JSON.stringify({
      statusCode: 400,
      errorCode: 'NotModelled',
      errorMessage: 'Fleet provisioning is not modelled by the local hub',
    }),
  }
  if (connection === undefined) ctx.publish({ ...message, qos: 1 }, '[aws 0.5] provisioning')
  else ctx.send(connection.id, message, '[aws 0.5] provisioning')
  return { route: 'consume' }
}

const reserved = (topic: AwsTopic, why: Label): PublishVerdict => ({
  route: 'drop',
  reason: say`${formatTopic(topic)}: ${asSaid(why)}`,
})

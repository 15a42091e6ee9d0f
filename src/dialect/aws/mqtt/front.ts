import type { Connection, Incoming, PublishVerdict, SubscribeVerdict } from '../../../core/seam/mqtt.ts'
import type { Context, MqttFront } from '../../dialect.ts'
import { accessOf, certificateOf, refresh } from '../auth/access.ts'
import { forget, rememberConnection } from '../auth/live.ts'
import { authenticate, recognize, wanted } from '../auth/connect.ts'
import { mqttCredential } from '../auth/credential.ts'
import { mayDeliver, receiveFault, tellWithheld } from './delivery.ts'
import { certificatesOf } from '../auth/identity-store.ts'
import { canBeCarried, lengthFault } from '../wire/limits.ts'
import { thingThere, usesTopic } from './bare-clients.ts'
import { tellWill } from './last-will.ts'
import { announceConnected, announceDisconnected, announceSubscriptions, preventsWill } from './presence.ts'
import { policyFault, publishFault } from './publish-fault.ts'
import { carryOut } from './published.ts'
import { parseTopic } from '../wire/topics.ts'
import { asSaid, say, type Words } from '../../../core/said.ts'

const MAX_SUBSCRIPTIONS = 50
const MAX_FILTERS_AT_ONCE = 8

/** AWS IoT over MQTT [aws 1.5]. */
export const mqtt: MqttFront = {
  recognize,
  wanted,
  credential: mqttCredential,
  authenticate,
  onConnected,
  onDisconnected,
  authorizeSubscribe,
  onSubscribed,
  onUnsubscribed,
  onPublish,
  mayDeliver,
}

function onConnected(ctx: Context, connection: Connection): void {
  // It may have become one by a subscription that was stored.
  thingThere(ctx, connection)
  rememberConnection(ctx, connection)
  refresh(ctx, connection)
  const certificate = certificateOf(connection)
  // It may have been deactivated while the client was on its way in.
  if (certificate !== undefined && certificatesOf(ctx).get(certificate)?.status !== 'ACTIVE') {
    const note = `certificate ${certificate} is not active`
    ctx.act({ type: 'disconnect', connection: connection.id, reason: 'FORBIDDEN', note }, '[aws 1.3] status gate')
  }
  announceConnected(ctx, connection)
}

function onDisconnected(
  ctx: Context,
  connection: Connection,
  reason: Parameters<typeof announceDisconnected>[2],
): void {
  tellWithheld(ctx, connection)
  forget(ctx, connection)
  announceDisconnected(ctx, connection, reason)
}

function onSubscribed(ctx: Context, connection: Connection, filters: { filter: string }[]): void {
  const topics = filters.map(({ filter }) => filter)
  if (topics.length > MAX_FILTERS_AT_ONCE) {
    const text = say`${topics.length} filters in one SUBSCRIBE; AWS takes ${MAX_FILTERS_AT_ONCE}`
    warnOnce(ctx, connection, 'filters', text)
  }
  announceSubscriptions(ctx, connection, 'subscribed', topics)
}

function onUnsubscribed(ctx: Context, connection: Connection, filters: string[]): void {
  announceSubscriptions(ctx, connection, 'unsubscribed', filters)
}

/** What may be heard; QoS 2 becomes 1, except in strict mode, where AWS would not answer at all [aws 1.5]. */
function authorizeSubscribe(ctx: Context, connection: Connection, filter: string, qos: 0 | 1 | 2): SubscribeVerdict {
  const { strict, policy } = accessOf(ctx, connection)
  tellWithheld(ctx, connection)
  if (qos === 2 && strict) return { close: say`QoS 2 subscription to ${filter}: AWS IoT knows QoS 0 and 1 only` }
  const long = lengthFault(filter)
  if (long !== undefined && strict) return { close: long }
  if (policy?.allows('iot:Subscribe', `topicfilter/${filter}`, ctx.now) === false) {
    const reason = policy.explain('iot:Subscribe', `topicfilter/${filter}`, ctx.now)
    return strict ? { close: reason } : { refuse: reason }
  }
  if (filter.startsWith('$share/'))
    return { refuse: say`${filter}: shared subscriptions are not modelled by the local hub` }
  if (long !== undefined) warnOnce(ctx, connection, 'length', say`${asSaid(long)}; AWS would close the connection`)
  if (connection.subscriptions.size >= MAX_SUBSCRIPTIONS) {
    warnOnce(ctx, connection, 'subscriptions', say`more than ${MAX_SUBSCRIPTIONS} subscriptions; AWS would refuse them`)
  }
  const hint = silenceHint(filter) ?? receiveHint(ctx, connection, filter)
  if (hint !== undefined) warnOnce(ctx, connection, filter, hint)
  usesTopic(ctx, connection, filter)
  return { grant: qos === 0 ? 0 : 1 }
}

/** Decides a publish: what AWS would not take ends the connection, what is for a service is carried out [aws 1.5]. */
function onPublish(ctx: Context, connection: Connection, incoming: Incoming): PublishVerdict {
  const { topic, payload, will } = incoming
  if (will === true && preventsWill(connection)) return { route: 'consume' }
  const { strict, policy } = accessOf(ctx, connection)
  tellWithheld(ctx, connection)
  const long = lengthFault(topic)
  const tooLong = long !== undefined && (strict || !canBeCarried(topic)) ? long : undefined
  const fault = publishFault(incoming) ?? tooLong
  if (fault !== undefined) return { route: 'close', reason: fault, as: 'CLIENT_ERROR' }
  const forbidden = policyFault(incoming, policy, ctx.now)
  if (forbidden !== undefined) return { route: 'close', reason: forbidden }
  if (long !== undefined) warnOnce(ctx, connection, 'length', say`${asSaid(long)}; AWS would close the connection`)
  if (will !== true) usesTopic(ctx, connection, topic)
  const parsed = parseTopic(topic)
  return will === true ? tellWill(parsed) : carryOut(ctx, connection, parsed, payload)
}

/** Subscriptions that are granted although nothing will ever arrive. */
function silenceHint(filter: string): Words | undefined {
  if (!filter.startsWith('$aws/')) return undefined
  if (
    /^\$aws\/(?:things\/[^/]+\/(?:jobs|shadow)(?:\/|$)|things\/[^/]+\/#$|things\/#$|events\/|#$|certificates\/|provisioning-templates\/)/.test(
      filter,
    )
  )
    return undefined
  return say`${filter} is granted, but the local hub never publishes there`
}

/** A filter that is one topic shows beforehand that nothing will be delivered. */
function receiveHint({ now }: Context, connection: Connection, filter: string): Words | undefined {
  const fault = /[+#]/.test(filter) ? undefined : receiveFault(connection, filter, now)
  return fault && say`${filter} is granted, but nothing will be delivered: ${asSaid(fault)}`
}

function warnOnce(ctx: Context, connection: Connection, about: string, text: Words): void {
  const warned = (connection.state['warned'] ??= new Set<string>()) as Set<string>
  if (warned.has(about)) return
  warned.add(about)
  ctx.warn(connection.id, text)
}

import { nameOf } from '../../../core/ids.ts'
import type { Connection } from '../../../core/seam/mqtt.ts'
import type { Context, Route } from '../../dialect.ts'
import { receiveFault } from './delivery.ts'
import { flagOf, integerOf, textParameter } from '../wire/parameters.ts'
import { AwsError, invalidRequest } from '../wire/errors.ts'
import { operation, type Call } from '../wire/route.ts'
import { canBeCarried, lengthFault, limits, MAX_PAYLOAD_BYTES } from '../wire/limits.ts'
import { paginate } from '../wire/pagination.ts'
import { connectedSince, endByApi, lastEnd } from './presence.ts'
import { publishForHttp } from './published.ts'
import { textOf as english, verbatim } from '../../../core/said.ts'

/** Publishing and connections over HTTP [aws 5.3]. */
export const dataRoutes: Route[] = [
  operation('Publish', 'POST', '/topics/*topic', publish),
  operation('DeleteConnection', 'DELETE', '/connections/:clientId', deleteConnection),
  operation('GetConnection', 'GET', '/connections/:clientId', getConnection),
  operation('ListSubscriptions', 'GET', '/connections/:clientId/subscriptions', listSubscriptions),
  operation('SendDirectMessage', 'POST', '/connections/:clientId/messages', sendDirectMessage),
]

/** What a message that was taken is answered with, and a trace id. */
const OK = { message: 'OK' }
export const OK_BODY = JSON.stringify(OK)

/** Members of MQTT 5 that 3.1.1 has no place for. */
const MQTT_5 = {
  query: ['contentType', 'responseTopic', 'messageExpiry'],
  headers: ['x-amz-mqtt5-user-properties', 'x-amz-mqtt5-payload-format-indicator', 'x-amz-mqtt5-correlation-data'],
}

function passOverProperties({ ctx, request, operation }: Call): void {
  for (const name of MQTT_5.query)
    if (textParameter(request, name) !== undefined) ctx.ignored(verbatim(`${operation}.${name}`))
  for (const name of MQTT_5.headers)
    if (request.headers[name] !== undefined) ctx.ignored(verbatim(`${operation}.${name}`))
}

function publish(call: Call): object {
  const { ctx, request, params } = call
  const topic = checkTopic(ctx, params['topic'])
  const qos = integerOf(request, 'qos', 0, 1) === 1 ? 1 : 0
  const retain = flagOf(request, 'retain')
  if (request.body.length > MAX_PAYLOAD_BYTES)
    throw new AwsError(
      'RequestEntityTooLargeException',
      `The payload has ${request.body.length} bytes, and may have ${MAX_PAYLOAD_BYTES}`,
    )
  if (retain && topic.startsWith('$'))
    throw invalidRequest('retain', true, 'is not possible on topics that begin with $')
  passOverProperties(call)
  const dropped = publishForHttp(ctx, { topic, payload: request.body, qos, retain })
  if (dropped !== undefined) throw new AwsError('InvalidRequestException', english(dropped))
  return OK
}

/** A topic that can be published to; one that is too long for AWS is refused in strict mode only, as over MQTT. */
function checkTopic(ctx: Context, topic: string | undefined): string {
  if (topic === undefined || topic === '' || /[#+\0]/.test(topic))
    throw invalidRequest('topic', topic, 'must be a topic without wildcards')
  const long = lengthFault(topic)
  if (long !== undefined && (ctx.settings.mode === 'strict' || !canBeCarried(topic)))
    throw new AwsError('InvalidRequestException', english(long))
  return topic
}

/** The live connection under a client id, or ResourceNotFoundException. */
function requireConnection(ctx: Context, clientId: string | undefined): Connection {
  const connection = ctx.connections.bySession('aws', clientId ?? '')
  if (connection === undefined) throw new AwsError('ResourceNotFoundException', `No client ${clientId} is connected`)
  return connection
}

/** With `preventWillMessage` the will stays unsaid, with `cleanSession` nothing is left of a stored session. */
function deleteConnection({ ctx, request, params }: Call): undefined {
  const { id, session, state } = requireConnection(ctx, params['clientId'])
  endByApi(state, flagOf(request, 'preventWillMessage'))
  ctx.act(
    { type: 'disconnect', connection: id, reason: 'SERVER_INITIATED', note: 'DeleteConnection' },
    '[aws 5.3] DeleteConnection',
  )
  if (flagOf(request, 'cleanSession')) ctx.act({ type: 'withdraw', session }, '[aws 5.3] DeleteConnection')
}

/**
 * A client that is gone is known for half an hour; what is told of sockets is told to those only who ask for it [aws
 * 5.4].
 */
function getConnection({ ctx, request, params }: Call): object {
  const clientId = params['clientId'] ?? ''
  const connection = ctx.connections.bySession('aws', clientId)
  const end = connection === undefined ? lastEnd(ctx, clientId) : undefined
  if (end !== undefined) return { connected: false, clientId, ...end }
  const { session, identity, request: connect, state } = requireConnection(ctx, clientId)
  return {
    connected: true,
    clientId: session,
    thingName: identity.device && nameOf(identity.device),
    cleanSession: connect.clean,
    keepAliveDuration: connect.keepalive,
    connectedSince: connectedSince(state),
    sessionExpiry: connect.clean ? 0 : limits.sessionMs / 1000,
    ...(flagOf(request, 'includeSocketInformation') && { sourceIp: connect.remoteAddress }),
  }
}

function listSubscriptions({ ctx, request, params }: Call): object {
  const { subscriptions } = requireConnection(ctx, params['clientId'])
  const { items, next } = paginate(request, subscriptions, ([filter]) => filter)
  return { subscriptions: items.map(([topicFilter, qos]) => ({ topicFilter, qos })), nextToken: next }
}

/** To one client, subscribed or not. It cannot be waited for here until the client has acknowledged it. */
function sendDirectMessage(call: Call): object {
  const { ctx, request, params } = call
  const connection = requireConnection(ctx, params['clientId'])
  const topic = checkTopic(ctx, textParameter(request, 'topic'))
  if (topic.startsWith('$')) throw invalidRequest('topic', topic, 'is reserved')
  for (const name of ['confirmation', 'timeout'])
    if (textParameter(request, name) !== undefined) ctx.ignored(verbatim(`SendDirectMessage.${name}`))
  const refused = receiveFault(connection, topic, ctx.now)
  if (refused !== undefined) {
    throw new AwsError('ForbiddenException', `The client ${connection.session} may not receive it: ${refused}`)
  }
  passOverProperties(call)
  ctx.send(connection.id, { topic, payload: request.body, qos: 1 }, '[aws 5.3] SendDirectMessage')
  return OK
}

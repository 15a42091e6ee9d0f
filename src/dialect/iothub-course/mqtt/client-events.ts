import type { Connection, DisconnectReason } from '../../../core/seam/mqtt.ts'
import type { Context } from '../../dialect.ts'
import { covers } from '../auth/acl.ts'
import { say, type Words } from '../../../core/said.ts'

/** The name of the broker's node, as EMQX has it by default. */
const NODE = 'emqx@127.0.0.1'
/** What an application may hear of the broker itself: the course's `sys_topics.js` does. */
const EVENTS = ['connected', 'disconnected'].map((event) => `$SYS/brokers/+/clients/+/${event}`)

/** EMQX's words for how a connection ended, where they differ from `closed`. */
const REASONS: Partial<Record<DisconnectReason, string>> = {
  CLIENT_INITIATED: 'normal',
  KEEP_ALIVE_TIMEOUT: 'keepalive_timeout',
  DUPLICATE_CLIENT_ID: 'discarded',
  SERVER_INITIATED: 'kicked',
}

/**
 * Why nothing would ever come of a subscription in the broker's own name spaces, or `undefined` if it is none, or to
 * the events that are there.
 */
export function systemFault(filter: string): Words | undefined {
  if (/^\$(?:share|queue)\//.test(filter)) return 'shared subscriptions are not modelled: subscribe to the topic itself'
  if (!filter.startsWith('$SYS/') || EVENTS.some((event) => covers(event, filter))) return undefined
  return say`of the broker only ${EVENTS.join(' and ')} are modelled`
}

/** Tells applications that a client has come, in EMQX's form [iothub 2]. */
export function tellConnected(ctx: Context, { request }: Connection): void {
  if (!canBeNamed(request.clientId)) return
  const { clientId, username, clean, keepalive, protocolVersion, remoteAddress } = request
  const event = {
    ...{ clientid: clientId, username: username ?? '', ipaddress: remoteAddress, clean_start: clean, keepalive },
    ...{ proto_name: protocolVersion === 3 ? 'MQIsdp' : 'MQTT', proto_ver: protocolVersion, connack: 0 },
    ...{ connected_at: Math.floor(ctx.now / 1000), ts: ctx.now },
  }
  ctx.publish(
    { topic: topicOf(clientId, 'connected'), payload: JSON.stringify(event), qos: 0 },
    '[iothub 2] client events',
  )
}

/** … and that it has gone. */
export function tellDisconnected(ctx: Context, { request }: Connection, reason: DisconnectReason): void {
  if (!canBeNamed(request.clientId)) return
  const { clientId, username } = request
  const event = {
    ...{ clientid: clientId, username: username ?? '', reason: REASONS[reason] ?? 'closed' },
    ...{ disconnected_at: Math.floor(ctx.now / 1000), ts: ctx.now },
  }
  ctx.publish(
    { topic: topicOf(clientId, 'disconnected'), payload: JSON.stringify(event), qos: 0 },
    '[iothub 2] client events',
  )
}

const MOST_LEVELS = 64

/** Whether a topic can hold the client id: it has no wildcards, and not more levels than anybody means. */
const canBeNamed = (clientId: string): boolean => !/[+#\0]/.test(clientId) && clientId.split('/').length <= MOST_LEVELS

/** A client id with a slash makes a longer topic, as it does in EMQX. */
const topicOf = (clientId: string, event: string): string => `$SYS/brokers/${NODE}/clients/${clientId}/${event}`

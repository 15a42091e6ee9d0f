import type {
  Connection,
  DisconnectReason,
  Incoming,
  PublishVerdict,
  SubscribeVerdict,
} from '../../../core/seam/mqtt.ts'
import { nameOf } from '../../../core/ids.ts'
import type { Context, MqttFront } from '../../dialect.ts'
import { covers, imposedFilters, publishRules, subscribeRules } from '../auth/acl.ts'
import { authenticate, credential, recognize, session, wanted } from '../auth/connect.ts'
import { systemFault, tellConnected, tellDisconnected } from './client-events.ts'
import { clientConnected, clientDisconnected, clientSubscribed, clientUnsubscribed } from './clients.ts'
import { deviceCame } from '../jobs/delivery.ts'
import { addressOf, deviceKey, type Address } from '../wire/names.ts'
import { isDownlink, parseTopic } from '../wire/topics.ts'
import { heard } from './uplink.ts'
import { say } from '../../../core/said.ts'

/** The hub's broker as the course's devices and applications know it [iothub 2, 3]. */
export const mqtt: MqttFront = {
  recognize,
  wanted,
  credential,
  session,
  authenticate,
  onConnected,
  onDisconnected,
  authorizeSubscribe,
  onSubscribed,
  onUnsubscribed,
  onPublish,
}

function onConnected(ctx: Context, connection: Connection): void {
  connection.state['connected'] = true
  tellConnected(ctx, connection)
  const device = deviceOf(ctx, connection)
  if (device === undefined) return
  const filters = imposedFilters(addressOf(device))
  // A new session has no subscriptions yet; one that is resumed has had them all the time.
  const resumed = filters.every((filter) => connection.subscriptions.has(filter))
  clientConnected(ctx, device.key, connection, resumed)
  const imposed = filters.map((filter) => ({ filter, qos: 1 }) as const)
  ctx.act({ type: 'subscribe', connection: connection.id, filters: imposed }, '[iothub 3.3] server-made subscriptions')
  deviceCame(ctx, device, connection, resumed)
}

function onDisconnected(ctx: Context, connection: Connection, reason: DisconnectReason): void {
  tellDisconnected(ctx, connection, reason)
  const { device } = connection.identity
  if (device !== undefined) clientDisconnected(ctx, device, connection)
}

/** An application hears what it likes and there is, a device the tags of its product [iothub 2, 3.4]. */
function authorizeSubscribe(_ctx: Context, connection: Connection, filter: string, qos: 0 | 1 | 2): SubscribeVerdict {
  const address = addressIn(connection)
  const granted = { grant: qos === 0 ? 0 : 1 } as const
  const fault = systemFault(filter)
  if (address === undefined && fault !== undefined) return { refuse: fault }
  if (address === undefined || subscribeRules(address).some((rule) => covers(rule, filter))) return granted
  // What the hub has subscribed it to comes back with its session; the device itself may not ask for it.
  if (connection.state['connected'] !== true && imposedFilters(address).includes(filter)) return { grant: 1 }
  return { refuse: say`a device may subscribe to ${subscribeRules(address).join(', ')} only` }
}

function onSubscribed(ctx: Context, { identity, request }: Connection, filters: { filter: string }[]): void {
  const names = filters.map(({ filter }) => filter)
  if (identity.device !== undefined) clientSubscribed(ctx, identity.device, request.clientId, names)
}

function onUnsubscribed(ctx: Context, { identity, request }: Connection, filters: string[]): void {
  if (identity.device !== undefined) clientUnsubscribed(ctx, identity.device, request.clientId, filters)
}

/** What a device may not publish is acknowledged and thrown away, as EMQX does [iothub 3.4, 14]. */
function onPublish(ctx: Context, connection: Connection, { topic, payload }: Incoming): PublishVerdict {
  const own = addressIn(connection)
  if (own !== undefined && !publishRules(own).some((rule) => covers(rule, topic))) {
    return { route: 'drop', reason: say`the ACL of ${own.product}/${own.device} has no rule for it` }
  }
  const parsed = parseTopic(topic)
  if (parsed === undefined || isDownlink(parsed)) {
    if (topic.startsWith('$')) return { route: 'drop', reason: 'topics that begin with $ are the broker’s own' }
    return own === undefined ? { route: 'forward' } : { route: 'drop', reason: 'no topic of the hub has this form' }
  }
  if (parsed.kind !== 'm2m') return heard(ctx, connection, parsed, payload)
  if (ctx.engine.devices.get(deviceKey(parsed)) !== undefined) return { route: 'forward', retain: false }
  return { route: 'drop', reason: say`there is no device ${parsed.product}/${parsed.device}` }
}

const deviceOf = (ctx: Context, { identity }: Connection) =>
  identity.device === undefined ? undefined : ctx.engine.devices.get(identity.device)

/** An application has no address of its own. */
const addressIn = ({ identity }: Connection): Address | undefined =>
  identity.device === undefined ? undefined : addressOf({ name: nameOf(identity.device) })

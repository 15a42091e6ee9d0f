import type { Connection, DisconnectReason } from '../../core/seam/mqtt.ts'
import type { Context } from '../dialect.ts'

/** AWS's words for how a connection ended [aws 1.8]. */
export const DISCONNECT_REASONS: Readonly<Record<DisconnectReason, string>> = {
  CLIENT_INITIATED: 'CLIENT_INITIATED_DISCONNECT',
  CONNECTION_LOST: 'CONNECTION_LOST',
  KEEP_ALIVE_TIMEOUT: 'MQTT_KEEP_ALIVE_TIMEOUT',
  CLIENT_ERROR: 'CLIENT_ERROR',
  DUPLICATE_CLIENT_ID: 'DUPLICATE_CLIENTID',
  FORBIDDEN: 'FORBIDDEN_ACCESS',
  SERVER_INITIATED: 'SERVER_INITIATED_DISCONNECT',
}

interface Session {
  sessionIdentifier: string
  versionNumber: number
}

/** Marks a connection that is about to be ended by the DeleteConnection API. */
export function endedByApi(connection: Connection): void {
  connection.state['endedByApi'] = true
}

/** `$aws/events/presence/connected/{clientId}` */
export function announceConnected(ctx: Context, connection: Connection): void {
  const counters = ctx.own<{ versionNumber: number }>('presence')
  const versionNumber = (counters.get(connection.session)?.versionNumber ?? -1) + 1
  counters.set(connection.session, { versionNumber })
  const session: Session = { sessionIdentifier: ctx.ids.uuid().replaceAll('-', ''), versionNumber }
  connection.state['presence'] = session
  announce(ctx, connection, 'presence/connected', {
    ...aboutSession(ctx, connection, session, 'connected'),
    ipAddress: connection.request.remoteAddress,
    versionNumber,
  })
}

/** `$aws/events/presence/disconnected/{clientId}`, with the version number of its own connect. */
export function announceDisconnected(ctx: Context, connection: Connection, reason: DisconnectReason): void {
  const session = connection.state['presence'] as Session | undefined
  if (session === undefined) return
  const byApi = connection.state['endedByApi'] === true
  announce(ctx, connection, 'presence/disconnected', {
    ...aboutSession(ctx, connection, session, 'disconnected'),
    versionNumber: session.versionNumber,
    clientInitiatedDisconnect: !byApi && reason === 'CLIENT_INITIATED',
    disconnectReason: byApi ? 'API_INITIATED_DISCONNECT' : DISCONNECT_REASONS[reason],
  })
}

/** `$aws/events/subscriptions/{subscribed|unsubscribed}/{clientId}` */
export function announceSubscriptions(ctx: Context, connection: Connection, eventType: 'subscribed' | 'unsubscribed', topics: string[]): void {
  const session = connection.state['presence'] as Session | undefined
  if (session === undefined || topics.length === 0) return
  announce(ctx, connection, `subscriptions/${eventType}`, { ...aboutSession(ctx, connection, session, eventType), topics })
}

function aboutSession(ctx: Context, { session: clientId, identity }: Connection, { sessionIdentifier }: Session, eventType: string): object {
  return { clientId, timestamp: ctx.now, eventType, sessionIdentifier, principalIdentifier: identity.principal }
}

/** Client ids with a wildcard in them get no events: they would make a malformed topic [aws 1.5]. */
function announce(ctx: Context, { session: clientId }: Connection, event: string, payload: object): void {
  if (/[#+]/.test(clientId)) return
  ctx.publish({ topic: `$aws/events/${event}/${clientId}`, payload: JSON.stringify(payload), qos: 1 }, `[aws 1.8] ${event}`)
}

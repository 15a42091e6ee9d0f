import type { Instant } from '../../../core/clock.ts'
import type { Connection, ConnectRequest, DisconnectReason } from '../../../core/seam/mqtt.ts'
import type { Table } from '../../../core/table.ts'
import type { Context } from '../../dialect.ts'
import { certificateTarget, exclusiveThing } from '../auth/identity-store.ts'

/** AWS's words for how a connection ended [aws 1.8]. */
const DISCONNECT_REASONS: Readonly<Record<DisconnectReason, string>> = {
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
  since: Instant
}

/** The last session of a client id. */
interface Presence {
  versionNumber: number
  /** When it began, or when it ended if it is gone. */
  at: Instant
  gone?: true
  /** Why it ended, in AWS's words. */
  reason?: string
}

/** A client that has been away for so long begins at 0 again [DG life-cycle-events], so that no more need be kept. */
const REMEMBERED_MS = 3_600_000

/** [aws GetConnection] How long AWS tells when and why a client went. */
const TOLD_MS = 30 * 60_000

/** Old counters looked at with each connection: more than one, so that they cannot pile up. */
const LOOKED_AT_ONCE = 8

/** Marks a connection that is about to be ended by the DeleteConnection API. */
export function endByApi(state: Connection['state'], preventWill: boolean): void {
  state['endedByApi'] = true
  if (preventWill) state['willPrevented'] = true
}

/** Whether whoever ends the connection does not want its will to be told. */
export const preventsWill = ({ state }: Connection): boolean => state['willPrevented'] === true

/** `$aws/events/presence/connected/{clientId}` */
export function announceConnected(ctx: Context, connection: Connection): void {
  const versionNumber = nextVersion(ctx, connection.session)
  if (connection.request.unnamed !== true) remember(ctx, connection.session, { versionNumber, at: ctx.now })
  const session: Session = { sessionIdentifier: ctx.ids.uuid().replaceAll('-', ''), versionNumber, since: ctx.now }
  connection.state['presence'] = session
  announce(ctx, connection.session, 'presence/connected', {
    ...aboutSession(ctx, connection, session, 'connected'),
    ipAddress: connection.request.remoteAddress,
    versionNumber,
  })
}

/** `$aws/events/presence/connect_failed/{clientId}`: policies do not let it in, or leave its will [aws 1.8]. */
export function announceConnectFailed(ctx: Context, request: ConnectRequest, principal: string): void {
  const { clientId, remoteAddress, unnamed } = request
  if (unnamed === true) return
  announce(ctx, clientId, 'presence/connect_failed', {
    clientId,
    ...thingOf(ctx, principal),
    timestamp: ctx.now,
    eventType: 'connect_failed',
    connectFailureReason: 'AUTHORIZATION_FAILED',
    principalIdentifier: principal,
    sessionIdentifier: ctx.ids.uuid().replaceAll('-', ''),
    ipAddress: remoteAddress,
  })
}

/** `$aws/events/presence/disconnected/{clientId}`, with the version number of its own connect. */
export function announceDisconnected(ctx: Context, connection: Connection, reason: DisconnectReason): void {
  const session = connection.state['presence'] as Session | undefined
  if (session === undefined) return
  const { versionNumber } = session
  const byApi = connection.state['endedByApi'] === true
  const disconnectReason = byApi ? 'API_INITIATED_DISCONNECT' : DISCONNECT_REASONS[reason]
  if (presenceOf(ctx).get(connection.session)?.versionNumber === versionNumber)
    remember(ctx, connection.session, { versionNumber, at: ctx.now, gone: true, reason: disconnectReason })
  announce(ctx, connection.session, 'presence/disconnected', {
    ...aboutSession(ctx, connection, session, 'disconnected'),
    versionNumber,
    clientInitiatedDisconnect: !byApi && reason === 'CLIENT_INITIATED',
    disconnectReason,
  })
}

/** Since when a client is there. */
export const connectedSince = (state: Connection['state']): Instant | undefined =>
  (state['presence'] as Session | undefined)?.since

/** When and why a client went, as long as AWS tells of it. */
export function lastEnd(
  ctx: Context,
  clientId: string,
): { disconnectedSince: Instant; disconnectReason?: string } | undefined {
  const { at, gone, reason } = presenceOf(ctx).get(clientId) ?? {}
  if (at === undefined || gone !== true || at + TOLD_MS <= ctx.now) return undefined
  return { disconnectedSince: at, ...(reason !== undefined && { disconnectReason: reason }) }
}

const presenceOf = (ctx: Context): Table<Presence> => ctx.own('presence')

function nextVersion(ctx: Context, clientId: string): number {
  const last = presenceOf(ctx).get(clientId)
  return last === undefined || (last.gone === true && isOld(ctx, last)) ? 0 : last.versionNumber + 1
}

const isOld = (ctx: Context, { at }: Presence): boolean => at + REMEMBERED_MS <= ctx.now

/** The table's order is that of the last news; what is old at its head goes, unless the client is still there. */
function remember(ctx: Context, clientId: string, presence: Presence): void {
  const table = presenceOf(ctx)
  table.delete(clientId)
  table.set(clientId, presence)
  const oldest = table.entries()
  for (let count = 0; count < LOOKED_AT_ONCE; count += 1) {
    const [other, seen] = oldest.next().value ?? []
    if (other === undefined || seen === undefined || !isOld(ctx, seen)) return
    table.delete(other)
    if (ctx.connections.bySession('aws', other) !== undefined) table.set(other, { ...seen, at: ctx.now })
  }
}

/** `$aws/events/subscriptions/{subscribed|unsubscribed}/{clientId}` */
export function announceSubscriptions(
  ctx: Context,
  connection: Connection,
  eventType: 'subscribed' | 'unsubscribed',
  topics: string[],
): void {
  const session = connection.state['presence'] as Session | undefined
  if (session === undefined || topics.length === 0) return
  const about = aboutSession(ctx, connection, session, eventType)
  announce(ctx, connection.session, `subscriptions/${eventType}`, { ...about, topics })
}

function aboutSession(
  ctx: Context,
  { session: clientId, identity }: Connection,
  { sessionIdentifier }: Session,
  eventType: string,
): object {
  const { principal } = identity
  const thing = thingOf(ctx, principal)
  return { clientId, ...thing, timestamp: ctx.now, eventType, sessionIdentifier, principalIdentifier: principal }
}

/** Events name the thing only if the certificate is attached to no other [aws 1.8]. */
function thingOf(ctx: Context, principal: string): { thingName?: string } {
  const thingName = exclusiveThing(ctx, certificateTarget(principal))
  return thingName === undefined ? {} : { thingName }
}

/** Client ids with a wildcard in them get no events: they would make a malformed topic [aws 1.5]. */
function announce(ctx: Context, clientId: string, event: string, payload: object): void {
  if (/[#+]/.test(clientId)) return
  ctx.publish(
    { topic: `$aws/events/${event}/${clientId}`, payload: JSON.stringify(payload), qos: 1 },
    `[aws 1.8] ${event}`,
  )
}

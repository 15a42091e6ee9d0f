import type { Instant } from '../../../core/clock.ts'
import type { DeviceKey } from '../../../core/ids.ts'
import type { Connection } from '../../../core/seam/mqtt.ts'
import type { Table } from '../../../core/table.ts'
import type { Context } from '../../dialect.ts'
import { DIALECT } from '../wire/names.ts'
import { covers } from '../auth/acl.ts'
import { isSecondSdk } from '../auth/generation.ts'

/** One client id under which a device has connected: it may use several at a time [iothub 2]. */
interface Client {
  clientId: string
  connected: boolean
  ipaddress: string
  connectedAt: Instant
  disconnectAt?: Instant
  /** Its session outlives the connection. */
  keeps: boolean
  /** The filters it has subscribed to itself, and since when. */
  heard: Record<string, Instant>
}

interface Clients {
  list: Client[]
}

/** A device that makes up a client id for each connection must not fill the store. */
const MOST = 20

const tableOf = (ctx: Context): Table<Clients> => ctx.own('clients')
const listOf = (ctx: Context, device: DeviceKey): Client[] => tableOf(ctx).get(device)?.list ?? []

/** A client of the device is in. `resumed`: with the session, and so the messages, of its last connection. */
export function clientConnected(ctx: Context, device: DeviceKey, { request }: Connection, resumed: boolean): void {
  const before = listOf(ctx, device)
  const known = before.find(({ clientId }) => clientId === request.clientId)
  const client: Client = {
    clientId: request.clientId,
    connected: true,
    ipaddress: request.remoteAddress,
    connectedAt: ctx.now,
    ...(known?.disconnectAt !== undefined && { disconnectAt: known.disconnectAt }),
    keeps: !request.clean,
    heard: resumed ? (known?.heard ?? {}) : {},
  }
  const list = [...before.filter((other) => other !== known), client]
  const spare = list.length > MOST ? list.find(({ connected }) => !connected) : undefined
  tableOf(ctx).set(device, { list: list.filter((other) => other !== spare) })
}

/** It is gone; another connection of the same client id may have taken its place already. */
export function clientDisconnected(ctx: Context, device: DeviceKey, { session, id, request }: Connection): void {
  const successor = ctx.connections.bySession(DIALECT, session)
  if (successor !== undefined && successor.id !== id && successor.identity.device === device) return
  change(ctx, device, request.clientId, (client) => ({ ...client, connected: false, disconnectAt: ctx.now }))
}

export function clientSubscribed(ctx: Context, device: DeviceKey, clientId: string, filters: string[]): void {
  const since = Object.fromEntries(filters.map((filter) => [filter, ctx.now]))
  // What it has heard already it goes on hearing.
  change(ctx, device, clientId, (client) => ({ ...client, heard: { ...since, ...client.heard } }))
}

export function clientUnsubscribed(ctx: Context, device: DeviceKey, clientId: string, filters: string[]): void {
  change(ctx, device, clientId, (client) => ({
    ...client,
    heard: Object.fromEntries(Object.entries(client.heard).filter(([filter]) => !filters.includes(filter))),
  }))
}

/**
 * Whether a message to the device would reach a client now, or wait in a stored session for it; `except` does not
 * count.
 */
export const canReceive = (ctx: Context, device: DeviceKey, except?: string): boolean =>
  listOf(ctx, device).some((client) => client.clientId !== except && isThere(client))

/**
 * Whether a client of the device had subscribed to `topic` before `at`, so that it has or will have what was published
 * then.
 */
export const heardBefore = (ctx: Context, device: DeviceKey, topic: string, at: Instant): boolean =>
  listOf(ctx, device).some(
    (client) =>
      isThere(client) && Object.entries(client.heard).some(([filter, since]) => since < at && covers(filter, topic)),
  )

/** After a start nobody is connected. */
export function disconnectAll(ctx: Context): void {
  for (const [device, { list }] of [...tableOf(ctx).entries()]) {
    if (!list.some(({ connected }) => connected)) continue
    tableOf(ctx).set(device, {
      list: list.map((client) => (client.connected ? { ...client, connected: false, disconnectAt: ctx.now } : client)),
    })
  }
}

/** Takes back what waits for the device on topics that match, in all sessions it has left behind, however many. */
export function withdraw(ctx: Context, device: DeviceKey, filter: string, rule: string): void {
  ctx.act({ type: 'withdraw', device, filter }, rule)
}

/** Nothing is left of its sessions: another device may get its name. */
export function forgetClients(ctx: Context, device: DeviceKey): void {
  ctx.act({ type: 'withdraw', device }, '[iothub 7] DELETE device')
  tableOf(ctx).delete(device)
}

/**
 * `connections` of GET /devices/{P}/{D}: seconds in the first edition of the course, milliseconds in the second [iothub
 * 7].
 */
export const clientViews = (ctx: Context, device: DeviceKey): object[] =>
  listOf(ctx, device).map(({ clientId, connected, ipaddress, connectedAt, disconnectAt }) => {
    const unit = (at: Instant): number => (isSecondSdk(device, clientId) ? at : Math.floor(at / 1000))
    return {
      connected,
      client_id: clientId,
      ipaddress,
      connected_at: unit(connectedAt),
      ...(disconnectAt !== undefined && { disconnect_at: unit(disconnectAt) }),
    }
  })

const isThere = ({ connected, keeps }: Client): boolean => connected || keeps

function change(ctx: Context, device: DeviceKey, clientId: string, to: (client: Client) => Client): void {
  const list = listOf(ctx, device)
  if (!list.some((client) => client.clientId === clientId)) return
  tableOf(ctx).set(device, { list: list.map((client) => (client.clientId === clientId ? to(client) : client)) })
}

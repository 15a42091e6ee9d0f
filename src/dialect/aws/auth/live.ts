import type { Connection } from '../../../core/seam/mqtt.ts'
import type { Context } from '../../dialect.ts'
import { certificateOf, refresh } from './access.ts'
import { principalsOf } from './identity-store.ts'

/** The live connections of each certificate: what the sockets are, not state to be stored. */
const allOf = (ctx: Context): Map<string, Set<Connection>> => ctx.memory('live-certificates', () => new Map())

/** The live connections that have authenticated with this certificate. */
export const liveOf = (ctx: Context, certificate: string): Iterable<Connection> => allOf(ctx).get(certificate) ?? []

/** Takes note of a connection that has come up. */
export function rememberConnection(ctx: Context, connection: Connection): void {
  const certificate = certificateOf(connection)
  if (certificate === undefined) return
  const live = allOf(ctx)
  const connections = live.get(certificate)
  if (connections === undefined) live.set(certificate, new Set([connection]))
  else connections.add(connection)
}

/** Forgets a connection that is gone. */
export function forget(ctx: Context, connection: Connection): void {
  const certificate = certificateOf(connection)
  const connections = certificate === undefined ? undefined : allOf(ctx).get(certificate)
  connections?.delete(connection)
  if (certificate !== undefined && connections?.size === 0) allOf(ctx).delete(certificate)
}

/**
 * Brings live connections up to date after a policy or an attachment of this target has changed; without one, all of
 * them.
 */
export function refreshTarget(ctx: Context, target?: string): void {
  if (target?.startsWith('cert/') === true) {
    for (const connection of liveOf(ctx, target.slice('cert/'.length))) refresh(ctx, connection)
    return
  }
  for (const connections of allOf(ctx).values()) for (const connection of connections) refresh(ctx, connection)
}

/**
 * Brings the live connections that stand for a thing up to date after it has changed: those of its name, and of what is
 * its own.
 */
export function refreshThing(ctx: Context, thing: string): void {
  const connection = ctx.connections.bySession('aws', thing)
  if (connection !== undefined && certificateOf(connection) !== undefined) refresh(ctx, connection)
  for (const { principal, type } of principalsOf(ctx).get(thing)?.principals ?? [])
    if (type === 'EXCLUSIVE_THING') refreshTarget(ctx, principal)
}

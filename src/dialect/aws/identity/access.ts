import type { Engine } from '../../../core/engine.ts'
import { keyOf } from '../../../core/ids.ts'
import type { Connection } from '../../../core/seam/mqtt.ts'
import type { Context } from '../../dialect.ts'
import { attachmentsOf, certificateTarget, isAttached, policiesOf } from './identity-store.ts'
import { parsePolicy } from './policy-document.ts'
import { Policy, type Variables } from './policies.ts'

/** What a connection may do; kept with it, because delivery is decided without a context. */
export interface Access {
  strict: boolean
  /** Absent: everything is allowed. */
  policy: Policy | undefined
}

/**
 * The policy in force for a certificate under a client id: the union of those on the certificate and on the groups
 * of the thing it is attached to, if that thing is named like the client id [aws 4.3]. `undefined` means that all is
 * allowed, which is so in open mode until a first policy is attached. Over HTTP there is no client id.
 */
export function policyFor(ctx: Context, certificate: string, clientId: string | undefined): Policy | undefined {
  const names = policyNames(ctx, certificate, clientId)
  if (names.length === 0 && ctx.settings.mode === 'open') return undefined
  const policies = names.flatMap((name) => {
    const record = policiesOf(ctx).get(name)
    const document = record?.versions.find(({ id }) => id === record.defaultVersion)?.document
    return document === undefined ? [] : [{ name, statements: parsePolicy(document) }]
  })
  return new Policy(policies, variablesFor(ctx, certificate, clientId))
}

/** Names of the policies that count for a certificate under a client id, each once. */
export function policyNames(ctx: Context, certificate: string, clientId: string | undefined): string[] {
  const attachments = attachmentsOf(ctx)
  const targets = [certificateTarget(certificate)]
  if (attachments.size > 0 && clientId !== undefined && isAttached(ctx, clientId, certificateTarget(certificate))) {
    const { engine } = ctx
    for (const key of engine.devices.get(keyOf('aws', clientId))?.groups ?? []) {
      for (const group of [engine.groups.get(key), ...engine.groups.ancestors(key)]) if (group !== undefined) targets.push(`thinggroup/${group.name}`)
    }
  }
  return [...new Set(targets.flatMap((target) => attachments.get(target)?.policies ?? []))]
}

/** What policy variables stand for; those of the thing only if the certificate is attached to one named like the client id [aws 1.3]. */
export function variablesFor(ctx: Context, certificate: string, clientId: string | undefined): Variables {
  if (clientId === undefined) return { 'iot:CertificateId': certificate }
  const own = { 'iot:ClientId': clientId, 'iot:CertificateId': certificate }
  const thing = ctx.engine.devices.get(keyOf('aws', clientId))
  if (thing === undefined || !isAttached(ctx, clientId, certificateTarget(certificate))) return own
  const about = 'iot:Connection.Thing.'
  return {
    ...own,
    [`${about}ThingName`]: thing.name,
    [`${about}IsAttached`]: 'true',
    ...(thing.type !== undefined && { [`${about}ThingTypeName`]: thing.type }),
    ...Object.fromEntries(Object.entries(thing.attributes).map(([name, value]) => [`${about}Attributes[${name}]`, value])),
  }
}

/** The certificate a connection has authenticated with; `undefined` if it has shown something else. */
export function certificateOf({ identity, request }: Connection): string | undefined {
  return request.certificate?.sha256 === identity.principal ? identity.principal : undefined
}

/** What the connection may do, worked out when it is first asked for. */
export const accessOf = (ctx: Context, connection: Connection): Access => known(connection) ?? refresh(ctx, connection)

/** Works out anew what a live connection may do. */
export function refresh(ctx: Context, connection: Connection): Access {
  const certificate = certificateOf(connection)
  const policy = certificate === undefined ? undefined : policyFor(ctx, certificate, connection.session)
  const access: Access = { strict: ctx.settings.mode === 'strict', policy }
  connection.state['access'] = access
  return access
}

/** What the connection may do, if that has been worked out. */
export const known = (connection: Connection): Access | undefined => connection.state['access'] as Access | undefined

/** The live connections of each certificate. Lives with the engine: it is what the sockets are, not state to be stored. */
const LIVE = new WeakMap<Engine, Map<string, Set<Connection>>>()

/** The live connections that have authenticated with this certificate. */
export const liveOf = (ctx: Context, certificate: string): Iterable<Connection> => LIVE.get(ctx.engine)?.get(certificate) ?? []

/** Takes note of a connection that has come up. */
export function remember(ctx: Context, connection: Connection): void {
  const certificate = certificateOf(connection)
  if (certificate === undefined) return
  let live = LIVE.get(ctx.engine)
  if (live === undefined) LIVE.set(ctx.engine, (live = new Map<string, Set<Connection>>()))
  const connections = live.get(certificate)
  if (connections === undefined) live.set(certificate, new Set([connection]))
  else connections.add(connection)
}

/** Forgets a connection that is gone. */
export function forget(ctx: Context, connection: Connection): void {
  const certificate = certificateOf(connection)
  const connections = certificate === undefined ? undefined : LIVE.get(ctx.engine)?.get(certificate)
  connections?.delete(connection)
  if (certificate !== undefined && connections?.size === 0) LIVE.get(ctx.engine)?.delete(certificate)
}

/** Brings live connections up to date after a policy or an attachment of this target has changed; without one, all of them. */
export function refreshTarget(ctx: Context, target?: string): void {
  if (target?.startsWith('cert/') === true) {
    for (const connection of liveOf(ctx, target.slice('cert/'.length))) refresh(ctx, connection)
    return
  }
  for (const connections of LIVE.get(ctx.engine)?.values() ?? []) for (const connection of connections) refresh(ctx, connection)
}

/** Brings the live connection under a thing's name up to date after the thing has changed. */
export function refreshThing(ctx: Context, thing: string): void {
  const connection = ctx.connections.bySession('aws', thing)
  if (connection !== undefined && certificateOf(connection) !== undefined) refresh(ctx, connection)
}

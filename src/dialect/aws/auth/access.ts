import { perObject } from '../../../core/per-object.ts'
import { keyOf } from '../../../core/ids.ts'
import type { Connection, ConnectRequest } from '../../../core/seam/mqtt.ts'
import type { Context } from '../../dialect.ts'
import { certificateFacts, type CertificateFacts } from './certificate-facts.ts'
import { policyFault } from '../mqtt/publish-fault.ts'
import {
  attachmentsOf,
  certificatesOf,
  certificateTarget,
  policiesOf,
  thingBehind,
  type Certificate,
  type PolicyRecord,
  type PolicyVersion,
} from './identity-store.ts'
import { parsePolicy, type Statement } from './policy-document.ts'
import type { RequestFacts, ConnectionFacts } from './policy-facts.ts'
import { Policy, type NamedPolicy } from './policies.ts'
import { asSaid, say, type Words } from '../../../core/said.ts'

/** What a connection may do; kept with it, because delivery is decided without a context. */
export interface Permissions {
  strict: boolean
  /** Absent: everything is allowed. */
  policy: Policy | undefined
}

/** From where somebody comes, and as whom; over HTTP without a client id. */
export interface Approach {
  clientId?: string | undefined
  address?: string | undefined
  domain?: string | undefined
}

/**
 * The policy in force for a certificate: the union of those on the certificate and on the groups of the thing it stands
 * for [aws 4.7.2]. `undefined` means that all is allowed, which is so in open mode until a first policy is attached.
 */
export function policyFor(ctx: Context, certificate: string, approach: Approach): Policy | undefined {
  const names = policyNames(ctx, certificate, approach.clientId)
  if (names.length === 0 && ctx.settings.mode === 'open') return undefined
  return policyOf(ctx, names, factsFor(ctx, certificate, approach))
}

/** The union of the policies of these names. */
export const policyOf = (ctx: Context, names: readonly string[], facts: ConnectionFacts): Policy =>
  new Policy(
    names.flatMap((name) => namedPolicy(policiesOf(ctx).get(name))),
    facts,
  )

/** Names of the policies that count for a certificate under a client id, each once. */
export function policyNames(ctx: Context, certificate: string, clientId: string | undefined): string[] {
  const attachments = attachmentsOf(ctx)
  if (attachments.size === 0) return []
  const thing = thingBehind(ctx, certificate, clientId)
  const groups = thing === undefined ? [] : (ctx.engine.devices.get(keyOf('aws', thing))?.groups ?? [])
  const targets = [certificateTarget(certificate), ...groups.flatMap((group) => groupTargets(ctx, group))]
  return [...new Set(targets.flatMap((target) => attachments.get(target)?.policies ?? []))]
}

/** A group and its ancestors, as policies are attached to them. */
export function groupTargets({ engine }: Context, key: string): string[] {
  const group = engine.groups.get(key)
  return group === undefined ? [] : [group, ...engine.groups.ancestors(key)].map(({ name }) => `thinggroup/${name}`)
}

/** Statements by version of a policy: versions never change. */
const statementsOf = perObject((version: PolicyVersion): readonly Statement[] => parsePolicy(version.document))

function namedPolicy(record: PolicyRecord | undefined): NamedPolicy[] {
  const version = record?.versions.find(({ id }) => id === record.defaultVersion)
  if (record === undefined || version === undefined) return []
  return [{ name: record.name, statements: statementsOf(version) }]
}

/** What policies can say of a certificate that comes this way [aws 4.7.3]. */
export function factsFor(ctx: Context, certificate: string, { clientId, address, domain }: Approach): ConnectionFacts {
  const about: ConnectionFacts = {
    certificateId: certificate,
    certificate: () => factsOf(certificatesOf(ctx).get(certificate)),
    sourceIp: address,
    domainName: domain,
  }
  if (clientId === undefined) return about
  const name = thingBehind(ctx, certificate, clientId)
  const thing = name === undefined ? undefined : ctx.engine.devices.get(keyOf('aws', name))
  return { ...about, clientId, thing, isAttached: thing !== undefined }
}

const factsIn = perObject((certificate: Certificate): CertificateFacts => certificateFacts(certificate.pem))

const factsOf = (certificate: Certificate | undefined): CertificateFacts =>
  certificate === undefined ? new Map() : factsIn(certificate)

/** Why its policies do not let a client in, or leave its will with the hub; `undefined` if they do [aws 4.7.1]. */
export function connectFault(ctx: Context, certificate: string, request: ConnectRequest): Words | undefined {
  const policy = policyFor(ctx, certificate, approachOf(request))
  if (policy === undefined) return undefined
  const { clientId, clean, will } = request
  const asking: RequestFacts = {
    connectAttributes: [...(clean ? [] : ['PersistentConnect']), ...(will === undefined ? [] : ['LastWill'])],
  }
  if (!policy.allows('iot:Connect', `client/${clientId}`, ctx.now, asking))
    return policy.explain('iot:Connect', `client/${clientId}`, ctx.now, asking)
  const fault = will && policyFault(will, policy, ctx.now)
  return fault && say`last will: ${asSaid(fault)}`
}

const approachOf = ({ clientId, remoteAddress, servername }: ConnectRequest): Approach => ({
  clientId,
  address: remoteAddress,
  domain: servername,
})

/** The certificate a connection has authenticated with; `undefined` if it has shown something else. */
export function certificateOf({ identity, request }: Connection): string | undefined {
  return request.certificate?.sha256 === identity.principal ? identity.principal : undefined
}

/** What the connection may do, worked out when it is first asked for. */
export const accessOf = (ctx: Context, connection: Connection): Permissions =>
  permissionsOf(connection) ?? refresh(ctx, connection)

/** Works out anew what a live connection may do. */
export function refresh(ctx: Context, connection: Connection): Permissions {
  const certificate = certificateOf(connection)
  const policy = certificate === undefined ? undefined : policyFor(ctx, certificate, approachOf(connection.request))
  const access: Permissions = { strict: ctx.settings.mode === 'strict', policy }
  connection.state['access'] = access
  return access
}

/** What the connection may do, if that has been worked out. */
export const permissionsOf = (connection: Connection): Permissions | undefined =>
  connection.state['access'] as Permissions | undefined

import type { Instant } from '../../../core/clock.ts'
import type { Table } from '../../../core/table.ts'
import type { Sight } from '../../credential.ts'
import type { Context } from '../../dialect.ts'
import { nameInArn } from '../wire/arns.ts'

export type CertificateStatus = 'ACTIVE' | 'INACTIVE' | 'REVOKED'

/** A registered device certificate. */
export interface Certificate {
  /** Lower-case hex SHA-256 of the DER form [aws 1.3]. */
  id: string
  pem: string
  status: CertificateStatus
  createdAt: Instant
  updatedAt: Instant
  /** How often it has been changed since; absent: never. */
  changes?: number
  validFrom?: Instant
  validTo: Instant
  /** Registered by connecting, in open mode. */
  automatic?: true
}

export interface PolicyRecord {
  name: string
  defaultVersion: string
  /** Oldest first. */
  versions: PolicyVersion[]
  /** The highest version id ever given. */
  lastVersion: number
  createdAt: Instant
  updatedAt: Instant
}

export interface PolicyVersion {
  id: string
  document: string
  createdAt: Instant
  /** When it became the default version, or ceased to be that; absent: never. */
  updatedAt?: Instant
}

export interface ThingPrincipals {
  thing: string
  principals: { principal: string; type: PrincipalType }[]
}
export type PrincipalType = 'EXCLUSIVE_THING' | 'NON_EXCLUSIVE_THING'

/** Certificates by id. */
export const certificatesOf = (ctx: Pick<Context, 'own'>): Table<Certificate> => ctx.own(CERTIFICATES)
/** The registered certificate of that id, for who may look only. */
export const registeredCertificate = (ctx: Pick<Sight, 'own'>, id: string): Certificate | undefined =>
  ctx.own<Certificate>(CERTIFICATES).get(id)
const CERTIFICATES = 'certificates'
/** Policies by name. */
export const policiesOf = (ctx: Pick<Context, 'own'>): Table<PolicyRecord> => ctx.own('policies')
/** Names of the policies attached to a target, by target as `targetOf` has it. */
export const attachmentsOf = (ctx: Pick<Context, 'own'>): Table<{ target: string; policies: string[] }> =>
  ctx.own('policy-attachments')
/** The principals attached to a thing, by thing name; principals as `targetOf` has them. */
export const principalsOf = (ctx: Pick<Context, 'own'>): Table<ThingPrincipals> => ctx.own('thing-principals')

/** A principal or policy target without region and account: `cert/{id}`, `thinggroup/{name}`, or the text as it is. */
export function targetOf(arn: string): string {
  const certificate = nameInArn(arn, 'cert')
  if (certificate !== undefined) return certificateTarget(certificate)
  const group = nameInArn(arn, 'thinggroup')
  return group === undefined ? arn : `thinggroup/${group}`
}

/** The target that a certificate id names. */
export const certificateTarget = (id: string): string => `cert/${id.toLowerCase()}`

/** By principal, the thing it is attached to exclusively: an index, made of the table when it is first asked for. */
const exclusivesOf = (ctx: Pick<Context, 'own' | 'memory'>): Map<string, string> =>
  ctx.memory('exclusive-principals', () => {
    const all = [...principalsOf(ctx).values()].flatMap(({ thing, principals }) =>
      principals.map((one) => ({ thing, ...one })),
    )
    return new Map(
      all.flatMap(({ principal, type, thing }) => (type === 'EXCLUSIVE_THING' ? [[principal, thing] as const] : [])),
    )
  })

/** The things a principal is attached to. */
export function thingsOfPrincipal(ctx: Context, principal: string): { thing: string; type: PrincipalType }[] {
  const things: { thing: string; type: PrincipalType }[] = []
  for (const { thing, principals } of principalsOf(ctx).values()) {
    const attached = principals.find((other) => other.principal === principal)
    if (attached !== undefined) things.push({ thing, type: attached.type })
  }
  return things
}

/** The thing a principal is attached to exclusively. */
export const exclusiveThing = (ctx: Pick<Context, 'own' | 'memory'>, principal: string): string | undefined =>
  exclusivesOf(ctx).get(principal)

/** Attaches a principal to a thing, or changes how it is attached. */
export function attachPrincipal(ctx: Context, thing: string, principal: string, type: PrincipalType): void {
  const exclusives = exclusivesOf(ctx)
  const others = (principalsOf(ctx).get(thing)?.principals ?? []).filter((other) => other.principal !== principal)
  principalsOf(ctx).set(thing, { thing, principals: [...others, { principal, type }] })
  if (type === 'EXCLUSIVE_THING') exclusives.set(principal, thing)
  else if (exclusives.get(principal) === thing) exclusives.delete(principal)
}

/** Detaches one principal of a thing, or all of them. Says which. */
export function detachPrincipals(ctx: Context, thing: string, principal?: string): string[] {
  const exclusives = exclusivesOf(ctx)
  const all = principalsOf(ctx).get(thing)?.principals ?? []
  const left = principal === undefined ? [] : all.filter((other) => other.principal !== principal)
  const gone = all.filter((one) => !left.includes(one)).map((one) => one.principal)
  if (gone.length === 0) return gone
  if (left.length === 0) principalsOf(ctx).delete(thing)
  else principalsOf(ctx).set(thing, { thing, principals: left })
  for (const one of gone) if (exclusives.get(one) === thing) exclusives.delete(one)
  return gone
}

/** Whether the principal is attached to that thing. */
const isAttached = (ctx: Context, thing: string, principal: string): boolean =>
  principalsOf(ctx)
    .get(thing)
    ?.principals.some((other) => other.principal === principal) === true

/**
 * The thing that a certificate stands for: the one it is attached to exclusively, else the one named like the client
 * id if it is attached to that [aws 1.3].
 */
export function thingBehind(ctx: Context, certificate: string, clientId: string | undefined): string | undefined {
  const principal = certificateTarget(certificate)
  return (
    exclusiveThing(ctx, principal) ??
    (clientId !== undefined && isAttached(ctx, clientId, principal) ? clientId : undefined)
  )
}

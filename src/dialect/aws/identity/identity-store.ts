import type { Instant } from '../../../core/clock.ts'
import type { Table } from '../../../core/table.ts'
import type { Context } from '../../dialect.ts'
import { nameInArn } from '../arns.ts'

export type CertificateStatus = 'ACTIVE' | 'INACTIVE' | 'REVOKED'

/** A registered device certificate. */
export interface Certificate {
  /** Lower-case hex SHA-256 of the DER form [aws 1.3]. */
  id: string
  pem: string
  status: CertificateStatus
  createdAt: Instant
  updatedAt: Instant
  validFrom?: Instant
  validTo: Instant
  /** Registered by connecting, in open mode. */
  automatic?: true
}

export interface PolicyRecord {
  name: string
  defaultVersion: string
  /** Oldest first. */
  versions: { id: string; document: string; createdAt: Instant }[]
  /** The highest version id ever given. */
  lastVersion: number
  createdAt: Instant
  updatedAt: Instant
}

export interface ThingPrincipals {
  thing: string
  principals: { principal: string; type: PrincipalType }[]
}
export type PrincipalType = 'EXCLUSIVE_THING' | 'NON_EXCLUSIVE_THING'

/** Certificates by id. */
export const certificatesOf = (ctx: Pick<Context, 'own'>): Table<Certificate> => ctx.own('certificates')
/** Policies by name. */
export const policiesOf = (ctx: Pick<Context, 'own'>): Table<PolicyRecord> => ctx.own('policies')
/** Names of the policies attached to a target, by target as `targetOf` has it. */
export const attachmentsOf = (ctx: Pick<Context, 'own'>): Table<{ target: string; policies: string[] }> => ctx.own('policy-attachments')
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

/** The things a principal is attached to. */
export function thingsOfPrincipal(ctx: Context, principal: string): { thing: string; type: PrincipalType }[] {
  const things: { thing: string; type: PrincipalType }[] = []
  for (const { thing, principals } of principalsOf(ctx).values()) {
    const attached = principals.find((other) => other.principal === principal)
    if (attached !== undefined) things.push({ thing, type: attached.type })
  }
  return things
}

/** Whether the principal is attached to that thing. */
export const isAttached = (ctx: Context, thing: string, principal: string): boolean =>
  principalsOf(ctx).get(thing)?.principals.some((other) => other.principal === principal) === true

import type { Context, DeviceCredential, Withdrawal } from '../../dialect.ts'
import { dropDevicePolicies } from './device-policy.ts'
import { certificatesOf, certificateTarget, principalsOf, thingsOfPrincipal } from './identity-store.ts'
import { liveOf, refreshThing } from './live.ts'
import { dropSessions } from './new-certificate.ts'

const STATUS = { ACTIVE: 'active', INACTIVE: 'inactive', REVOKED: 'revoked' } as const

/** The certificates that are attached to a thing, the latest first. */
export function thingCredentials(ctx: Context, thing: string): DeviceCredential[] {
  const principals = principalsOf(ctx).get(thing)?.principals ?? []
  const certificates = principals.flatMap(
    ({ principal }) => certificatesOf(ctx).get(principal.replace(/^cert\//, '')) ?? [],
  )
  return certificates
    .sort((a, b) => b.createdAt - a.createdAt)
    .map(({ id, status, createdAt, validTo, automatic }) => ({
      id,
      kind: 'certificate',
      status: STATUS[status],
      createdAt,
      expiresAt: validTo,
      ...(automatic === true && { automatic }),
      connections: [...liveOf(ctx, id)].length,
      alsoOf: thingsOfPrincipal(ctx, certificateTarget(id)).flatMap((other) =>
        other.thing === thing ? [] : [other.thing],
      ),
      can: status === 'REVOKED' ? ['delete'] : ['revoke', 'delete'],
    }))
}

/**
 * Revokes a certificate, or deletes it as AWS's console does in three steps: it is deactivated, detached and then
 * deleted.
 * What other things have too stays theirs, and is only detached from this one.
 */
export function withdrawCertificate(
  ctx: Context,
  thing: string,
  { id, alsoOf }: DeviceCredential,
  how: Withdrawal,
): void {
  const certificate = certificatesOf(ctx).get(id)
  if (certificate === undefined) return
  const target = certificateTarget(id)
  if (how === 'revoke')
    return dropSessions(ctx, certificatesOf(ctx).set(id, { ...certificate, status: 'REVOKED', updatedAt: ctx.now }))
  const principals = (principalsOf(ctx).get(thing)?.principals ?? []).filter(({ principal }) => principal !== target)
  if (principals.length === 0) principalsOf(ctx).delete(thing)
  else principalsOf(ctx).set(thing, { thing, principals })
  refreshThing(ctx, thing)
  if (alsoOf.length > 0) return
  dropSessions(ctx, { ...certificate, status: 'INACTIVE' })
  dropDevicePolicies(ctx, target)
  certificatesOf(ctx).delete(id)
}

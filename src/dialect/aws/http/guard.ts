import type { HttpRequest } from '../../../core/seam/http.ts'
import type { Context, Params, Route } from '../../dialect.ts'
import { policyFor } from '../auth/access.ts'
import { askedFor, hostOf, type RequiredActions } from '../auth/http-actions.ts'
import { admit } from '../auth/connect.ts'
import { certificateTarget } from '../auth/identity-store.ts'
import { believe, credentialOf } from '../wire/credential-scope.ts'
import { AwsError } from '../wire/errors.ts'
import { onPlane, type Plane } from '../wire/planes.ts'
import { asSaid, say, textOf, type Words } from '../../../core/said.ts'

/** Routes of one plane, each behind the question whether this caller may do that. */
export function guarded(plane: Plane, routes: readonly Route[]): Route[] {
  return onPlane(plane, routes).map((route) => ({
    ...route,
    authorize: (ctx, request, params) => authorize(ctx, request, plane, route.operation, params),
  }))
}

/**
 * Signed requests are let through: those from elsewhere are signed with the hub's key pair (`credential.ts`), others
 * are believed. A device may show its certificate on the data planes, and then its policies count [aws 1.1, 4.3].
 * Nobody else gets in, except from this machine in open mode.
 */
function authorize(ctx: Context, request: HttpRequest, plane: Plane, operation: string, params: Params): void {
  if (request.operator === true) return
  if (credentialOf(request) !== undefined) return believe(ctx, request)
  if (request.certificate !== undefined && plane !== 'control') {
    const certificate = admit(ctx, request.certificate)
    if (!('id' in certificate)) throw new AwsError(unknownType(plane), textOf(certificate.why))
    const forbidden = policyFault(ctx, request, certificate.id, askedFor(plane, operation, request, params))
    if (forbidden !== undefined) {
      // Firmware seldom shows what a refusal says.
      ctx.warn(certificateTarget(certificate.id), say`${operation} over HTTPS was refused: ${asSaid(forbidden)}`)
      // [aws 4.7.4] On the jobs data plane too, though its model does not list it.
      throw new AwsError('ForbiddenException', textOf(forbidden))
    }
  } else if (ctx.settings.mode === 'strict' || !request.local)
    throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token')
}

/** Why its policies do not let a certificate do that. */
function policyFault(
  ctx: Context,
  request: HttpRequest,
  certificate: string,
  asked: RequiredActions,
): Words | undefined {
  const policy = policyFor(ctx, certificate, { address: request.remoteAddress, domain: hostOf(request) })
  const { actions, resource, asking } = asked
  const refused = actions.find((action) => policy?.allows(action, resource, ctx.now, asking) === false)
  return refused && policy?.explain(refused, resource, ctx.now, asking)
}

/** Of a certificate that does not count: the jobs data plane has an exception of its own for that [aws 2.7]. */
export const unknownType = (plane: Plane): string =>
  plane === 'jobs-data' ? 'CertificateValidationException' : 'ForbiddenException'

import type { HttpRequest } from '../../../core/seam/http.ts'
import type { Context, Params, Route } from '../../dialect.ts'
import { policyFor } from '../identity/access.ts'
import { admit } from '../auth.ts'
import { believe, credentialOf } from './credentials.ts'
import { AwsError } from '../errors.ts'
import { flagOf } from './parameters.ts'
import { onPlane, type Plane } from './planes.ts'

/** Routes of one plane, each behind the question whether this caller may do that. */
export function guarded(plane: Plane, routes: readonly Route[]): Route[] {
  return onPlane(plane, routes).map((route) => ({
    ...route,
    authorize: (ctx, request, params) => authorize(ctx, request, plane, route.operation, params),
  }))
}

/**
 * Signed requests are let through, since there are no secrets here to check them with. A device may show its
 * certificate on the data planes, and then its policies count [aws 1.1, 4.3]. Nobody else gets in, except from this
 * machine in open mode.
 */
function authorize(ctx: Context, request: HttpRequest, plane: Plane, operation: string, params: Params): void {
  if (credentialOf(request) !== undefined) return believe(ctx)
  if (request.certificate !== undefined && plane !== 'control') {
    const certificate = admit(ctx, request.certificate)
    if (typeof certificate === 'string') throw refused(plane, certificate)
    const policy = policyFor(ctx, certificate.id, undefined)
    const resource = resourceOf(request, params)
    for (const action of actionsOf(request, operation)) {
      if (policy?.allows(action, resource) === false) throw refused(plane, policy.explain(action, resource))
    }
  } else if (ctx.settings.mode === 'strict' || !request.local) throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token')
}

/** To retain a message takes a right of its own, as over MQTT [aws 4.3]. */
function actionsOf(request: HttpRequest, operation: string): string[] {
  return operation === 'Publish' && flagOf(request, 'retain') ? ['iot:Publish', 'iot:RetainPublish'] : [`iot:${operation}`]
}

/** What the policies of HTTP actions name: a thing, its named shadow, a topic or a client. */
function resourceOf({ query }: HttpRequest, { thingName, topic, clientId }: Params): string {
  if (topic !== undefined) return `topic/${topic}`
  if (clientId !== undefined) return `client/${clientId}`
  const shadow = query.get('name') ?? ''
  return thingName === undefined ? '*' : `thing/${thingName}${shadow === '' ? '' : `/${shadow}`}`
}

/** [aws 2.7] The jobs data plane has one exception for this, and it is not that of the data plane. */
const refused = (plane: Plane, message: string): AwsError =>
  new AwsError(plane === 'jobs-data' ? 'CertificateValidationException' : 'ForbiddenException', message)

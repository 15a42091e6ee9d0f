import { parseJson } from '../../../core/json-text.ts'
import type { HttpRequest, HttpResponse } from '../../../core/seam/http.ts'
import type { Claim, Context, HttpFront } from '../../dialect.ts'
import { httpCredential } from '../auth/credential.ts'
import { credentialOf } from '../wire/credential-scope.ts'
import { AwsError, failure } from '../wire/errors.ts'
import { isPresigned } from '../jobs/presign.ts'
import { s3Failure, signatureDoesNotMatch } from '../jobs/s3-errors.ts'
import { OK_BODY } from '../mqtt/data-plane.ts'
import { planeOf } from '../wire/planes.ts'
import { routes } from './routes.ts'

/** First path segments of AWS IoT's three planes, for requests without credentials. */
const ROOTS = new Set(routes.map(({ path }) => /^\/([\w-]+)/.exec(path)?.[1]).filter((root) => root !== 'api'))

/** Where devices come with their certificates [aws 3.2]. */
const DEVICE_ROOTS = /^\/(?:things|topics|retainedMessage|connections|api)\//

/** AWS IoT over HTTP: control plane, data plane and jobs data plane on one port [aws 3]. */
export const http: HttpFront = {
  claim,
  credential: httpCredential,
  routes,
  notFound: (request) => (isPresigned(request) ? s3Failure(signatureDoesNotMatch()) : unknownOperation(request)),
  failure: (error, request) => (isPresigned(request) ? s3Failure(error) : failure(error, planeOf(request))),
  finish,
}

function unknownOperation(request: HttpRequest): HttpResponse {
  const plane = planeOf(request)
  const message = `The local hub knows no ${plane} operation ${request.method} ${request.path}`
  return failure(new AwsError('UnknownOperationException', message), plane)
}

/**
 * By signature: S3's only where the URL was presigned here, everything else of AWS. Unsigned by path,
 * where a certificate is shown on the planes that take one more surely.
 */
function claim(request: HttpRequest): Claim {
  if (isPresigned(request)) return 'credential'
  const credential = credentialOf(request)
  if (credential !== undefined) return credential.service === 's3' ? 'no' : 'credential'
  const path = request.path.split('/')
  const known = ROOTS.has(path[1] ?? '') || request.path.startsWith('/api/things/shadow/')
  if (!known) return 'no'
  return request.certificate !== undefined && DEVICE_ROOTS.test(request.path) ? 'path' : 'fallback'
}

/** Request id, content type, and on the data planes a trace id where there is a message [aws 3.1]. */
function finish(response: HttpResponse, request: HttpRequest, ctx: Context): HttpResponse {
  const id = ctx.ids.uuid()
  const headers: Record<string, string> = {
    ...(typeof response.body === 'string' && { 'content-type': 'application/json' }),
    ...response.headers,
    'x-amzn-requestid': id,
  }
  const tells = headers['x-amzn-errortype'] !== undefined || response.body === OK_BODY
  if (!tells || planeOf(request) === 'control' || typeof response.body !== 'string') return { ...response, headers }
  return { ...response, headers, body: JSON.stringify({ ...(parseJson(response.body) as object), traceId: id }) }
}

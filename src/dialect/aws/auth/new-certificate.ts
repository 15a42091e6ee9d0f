import { X509Certificate } from 'node:crypto'
import type { HttpRequest } from '../../../core/seam/http.ts'
import type { IssuedCertificate, Need } from '../../../core/seam/needs.ts'
import type { Context, Route } from '../../dialect.ts'
import { arn, callerOf } from '../wire/arns.ts'
import { alreadyExists, AwsError } from '../wire/errors.ts'
import { flagOf } from '../wire/parameters.ts'
import { bodyOf, operation, readBody, type Call } from '../wire/route.ts'
import { certificatesOf, type Certificate, type CertificateStatus } from './identity-store.ts'
import { liveOf } from './live.ts'
import { asAwsWrites } from './private-key.ts'

export const COMMON_NAME = 'AWS IoT Certificate'
/** Until about 2050, as on AWS. */
export const VALID_DAYS = 24 * 365

/** How certificates come to be [aws 4.3]. */
export const newCertificateRoutes: Route[] = [
  operation('CreateKeysAndCertificate', 'POST', '/keys-and-certificate', create, {
    needs: () => [{ type: 'certificate', commonName: COMMON_NAME, days: VALID_DAYS }],
  }),
  operation('CreateCertificateFromCsr', 'POST', '/certificates', create, { needs: signingRequest }),
  operation('RegisterCertificateWithoutCA', 'POST', '/certificate/register-no-ca', register),
]

function signingRequest(_: Context, request: HttpRequest): Need[] {
  const fields = bodyOf(request)
  const csr = fields.required('certificateSigningRequest', fields.text('certificateSigningRequest', { min: 1 }))
  return [{ type: 'certificate', commonName: COMMON_NAME, days: VALID_DAYS, csr }]
}

function create({ ctx, request, fulfilled }: Call): object {
  const [issued] = fulfilled
  if (issued instanceof Error)
    throw new AwsError('InvalidRequestException', `The certificate could not be made: ${issued.message}`)
  const { pem, privateKey, publicKey } = issued as IssuedCertificate
  const { id } = add(ctx, readPem(pem), flagOf(request, 'setAsActive') ? 'ACTIVE' : 'INACTIVE')
  return {
    certificateArn: arn.certificate(callerOf(request), id),
    certificateId: id,
    certificatePem: pem,
    ...(privateKey !== undefined && { keyPair: { PublicKey: publicKey, PrivateKey: asAwsWrites(privateKey) } }),
  }
}

/** What open mode registered on its own is taken over; anything else that is there already is in the way. */
function register(call: Call): object {
  const { ctx, request } = call
  const fields = readBody(call, ['certificatePem', 'status'])
  const pem = readPem(fields.required('certificatePem', fields.text('certificatePem', { min: 1, max: 65_536 })))
  const status = fields.oneOf('status', STATUSES) ?? 'INACTIVE'
  const certificateArn = arn.certificate(callerOf(request), pem.id)
  const existing = certificatesOf(ctx).get(pem.id)
  if (existing !== undefined && existing.automatic !== true)
    throw alreadyExists('The certificate is already registered', pem.id, certificateArn)
  dropSessions(ctx, add(ctx, pem, status))
  return { certificateArn, certificateId: pem.id }
}

/** What a certificate can be here: the others belong to transfers and just-in-time registration. */
export const STATUSES: readonly CertificateStatus[] = ['ACTIVE', 'INACTIVE', 'REVOKED']

type Pem = Pick<Certificate, 'id' | 'pem' | 'validFrom' | 'validTo'>

/** Registers a certificate that the hub has just made; returns its id. */
export const addCertificate = (ctx: Context, pem: string, status: CertificateStatus): string =>
  add(ctx, readPem(pem), status).id

const add = (ctx: Context, pem: Pem, status: CertificateStatus): Certificate =>
  certificatesOf(ctx).set(pem.id, { ...pem, status, createdAt: ctx.now, updatedAt: ctx.now })

function readPem(pem: string): Pem {
  try {
    const { fingerprint256, validFrom, validTo } = new X509Certificate(pem)
    return {
      id: fingerprint256.replaceAll(':', '').toLowerCase(),
      pem,
      validFrom: Date.parse(validFrom),
      validTo: Date.parse(validTo),
    }
  } catch (error) {
    throw new AwsError(
      'CertificateValidationException',
      `certificatePem is not an X.509 certificate: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

/** A certificate that is not active any more loses its live sessions [aws 4.3]. */
export function dropSessions(ctx: Context, { id, status }: Certificate): void {
  if (status === 'ACTIVE') return
  for (const connection of liveOf(ctx, id)) {
    ctx.act(
      {
        type: 'disconnect',
        connection: connection.id,
        reason: 'FORBIDDEN',
        note: `certificate ${id} is now ${status}`,
      },
      '[aws 4.3] deactivation',
    )
  }
}

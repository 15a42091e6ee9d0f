import { X509Certificate } from 'node:crypto'
import type { IssuedCertificate, Need } from '../../../core/seam/http.ts'
import type { Context, Route } from '../../dialect.ts'
import { liveOf } from './live.ts'
import { arn, callerOf, LOCAL_CALLER } from '../arns.ts'
import { flagOf, textOf } from '../rest/parameters.ts'
import { alreadyExists, AwsError, invalidRequest, resourceNotFound } from '../errors.ts'
import { attachmentsOf, certificatesOf, certificateTarget, thingsOfPrincipal, type Certificate, type CertificateStatus } from './identity-store.ts'
import { bodyOf, operation, readBody, type Call } from '../rest/route.ts'
import { floatSeconds } from '../jobs/shapes.ts'
import { checkName, NAMES } from '../names.ts'
import { BY_MARKER, creationOrder, pageOf } from '../rest/pages.ts'
import { generationUuid } from './generation.ts'
import { asAwsWrites } from './private-key.ts'

export const COMMON_NAME = 'AWS IoT Certificate'
/** Until about 2050, as on AWS. */
export const VALID_DAYS = 24 * 365

/** Device certificates [aws 4.3]. */
export const certificateRoutes: Route[] = [
  operation('CreateKeysAndCertificate', 'POST', '/keys-and-certificate', create, { needs: () => [{ type: 'certificate', commonName: COMMON_NAME, days: VALID_DAYS }] }),
  operation('CreateCertificateFromCsr', 'POST', '/certificates', create, { needs: signingRequest }),
  operation('RegisterCertificateWithoutCA', 'POST', '/certificate/register-no-ca', register),
  operation('DescribeCertificate', 'GET', '/certificates/:certificateId', describe),
  operation('ListCertificates', 'GET', '/certificates', list),
  operation('UpdateCertificate', 'PUT', '/certificates/:certificateId', update),
  operation('DeleteCertificate', 'DELETE', '/certificates/:certificateId', remove),
]

/** The certificate, or ResourceNotFoundException. */
export function requireCertificate(ctx: Context, id: string | undefined): Certificate {
  const certificate = certificatesOf(ctx).get(checkName('certificateId', id, NAMES.certificateId).replace(/^0x/, '').toLowerCase())
  if (certificate === undefined) throw resourceNotFound(`The certificate ${id} does not exist`)
  return certificate
}

function signingRequest(request: Parameters<NonNullable<Route['needs']>>[0]): Need[] {
  const fields = bodyOf(request)
  const csr = fields.required('certificateSigningRequest', fields.text('certificateSigningRequest', { min: 1 }))
  return [{ type: 'certificate', commonName: COMMON_NAME, days: VALID_DAYS, csr }]
}

function create({ ctx, request, fulfilled }: Call): object {
  const [issued] = fulfilled
  if (issued instanceof Error) throw new AwsError('InvalidRequestException', `The certificate could not be made: ${issued.message}`)
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
  if (existing !== undefined && existing.automatic !== true) throw alreadyExists('The certificate is already registered', pem.id, certificateArn)
  dropSessions(ctx, add(ctx, pem, status))
  return { certificateArn, certificateId: pem.id }
}

const STATUSES: readonly CertificateStatus[] = ['ACTIVE', 'INACTIVE', 'REVOKED']

type Pem = Pick<Certificate, 'id' | 'pem' | 'validFrom' | 'validTo'>

/** Registers a certificate that the hub has just made; returns its id. */
export const addCertificate = (ctx: Context, pem: string, status: CertificateStatus): string => add(ctx, readPem(pem), status).id

const add = (ctx: Context, pem: Pem, status: CertificateStatus): Certificate =>
  certificatesOf(ctx).set(pem.id, { ...pem, status, createdAt: ctx.now, updatedAt: ctx.now })

function readPem(pem: string): Pem {
  try {
    const { fingerprint256, validFrom, validTo } = new X509Certificate(pem)
    return { id: fingerprint256.replaceAll(':', '').toLowerCase(), pem, validFrom: Date.parse(validFrom), validTo: Date.parse(validTo) }
  } catch (error) {
    throw new AwsError('CertificateValidationException', `certificatePem is not an X.509 certificate: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function describe({ ctx, request, params }: Call): object {
  const { id, status, pem, createdAt, updatedAt, changes = 0, validFrom, validTo } = requireCertificate(ctx, params['certificateId'])
  return {
    certificateDescription: {
      certificateArn: arn.certificate(callerOf(request), id),
      certificateId: id,
      status,
      certificatePem: pem,
      ownedBy: LOCAL_CALLER.account,
      creationDate: floatSeconds(createdAt),
      lastModifiedDate: floatSeconds(updatedAt),
      customerVersion: 1 + changes,
      // No certificate is transferred here.
      transferData: {},
      generationId: generationUuid(id, createdAt),
      validity: { notBefore: validFrom === undefined ? undefined : floatSeconds(validFrom), notAfter: floatSeconds(validTo) },
      certificateMode: 'DEFAULT',
    },
  }
}

function list({ ctx, request }: Call): object {
  const { items, next } = pageOf(request, certificatesOf(ctx).values(), creationOrder(request), BY_MARKER)
  const certificates = items.map(({ id, status, createdAt }) => ({
    certificateArn: arn.certificate(callerOf(request), id),
    certificateId: id,
    status,
    certificateMode: 'DEFAULT',
    creationDate: floatSeconds(createdAt),
  }))
  return { certificates, nextMarker: next }
}

/** A certificate that is not active any more loses its live sessions [aws 4.3]. */
function update({ ctx, request, params }: Call): object {
  const certificate = requireCertificate(ctx, params['certificateId'])
  const given = textOf(request, 'newStatus')
  const status = STATUSES.find((known) => known === given)
  if (status === undefined) throw invalidRequest('newStatus', given, `must be one of ${STATUSES.join(', ')}; the others belong to transfers and just-in-time registration`)
  dropSessions(ctx, certificatesOf(ctx).set(certificate.id, { ...certificate, status, updatedAt: ctx.now, changes: (certificate.changes ?? 0) + 1 }))
  return {}
}

function dropSessions(ctx: Context, { id, status }: Certificate): void {
  if (status === 'ACTIVE') return
  for (const connection of liveOf(ctx, id)) {
    ctx.act({ type: 'disconnect', connection: connection.id, reason: 'FORBIDDEN', note: `certificate ${id} is now ${status}` }, '[aws 4.3] deactivation')
  }
}

function remove({ ctx, request, params }: Call): object {
  const { id, status } = requireCertificate(ctx, params['certificateId'])
  if (status === 'ACTIVE') throw new AwsError('CertificateStateException', 'Certificate must be deactivated (not ACTIVE) before deletion.')
  const target = certificateTarget(id)
  if (thingsOfPrincipal(ctx, target).length > 0) throw new AwsError('DeleteConflictException', 'Things must be detached before deletion')
  const policies = attachmentsOf(ctx).get(target)?.policies ?? []
  if (policies.length > 0 && !flagOf(request, 'forceDelete')) throw new AwsError('DeleteConflictException', `Policies must be detached before deletion: ${policies.join(', ')}`)
  attachmentsOf(ctx).delete(target)
  certificatesOf(ctx).delete(id)
  return {}
}

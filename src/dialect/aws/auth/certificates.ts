import type { Context, Route } from '../../dialect.ts'
import { arn, callerOf, LOCAL_CALLER } from '../wire/arns.ts'
import { AwsError, invalidRequest, resourceNotFound } from '../wire/errors.ts'
import { floatSeconds } from '../jobs/shapes.ts'
import { checkName, NAMES } from '../wire/names.ts'
import { BY_MARKER, creationOrder, paginate } from '../wire/pagination.ts'
import { flagOf, textParameter } from '../wire/parameters.ts'
import { operation, type Call } from '../wire/route.ts'
import { generationUuid } from './generation.ts'
import {
  attachmentsOf,
  certificatesOf,
  certificateTarget,
  thingsOfPrincipal,
  type Certificate,
} from './identity-store.ts'
import { dropSessions, newCertificateRoutes, STATUSES } from './new-certificate.ts'

/** Device certificates [aws 4.3]. */
export const certificateRoutes: Route[] = [
  ...newCertificateRoutes,
  operation('DescribeCertificate', 'GET', '/certificates/:certificateId', describe),
  operation('ListCertificates', 'GET', '/certificates', list),
  operation('UpdateCertificate', 'PUT', '/certificates/:certificateId', update),
  operation('DeleteCertificate', 'DELETE', '/certificates/:certificateId', remove),
]

/** The certificate, or ResourceNotFoundException. */
function requireCertificate(ctx: Context, id: string | undefined): Certificate {
  const certificate = certificatesOf(ctx).get(
    checkName('certificateId', id, NAMES.certificateId).replace(/^0x/, '').toLowerCase(),
  )
  if (certificate === undefined) throw resourceNotFound(`The certificate ${id} does not exist`)
  return certificate
}

function describe({ ctx, request, params }: Call): object {
  const {
    id,
    status,
    pem,
    createdAt,
    updatedAt,
    changes = 0,
    validFrom,
    validTo,
  } = requireCertificate(ctx, params['certificateId'])
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
      validity: {
        notBefore: validFrom === undefined ? undefined : floatSeconds(validFrom),
        notAfter: floatSeconds(validTo),
      },
      certificateMode: 'DEFAULT',
    },
  }
}

function list({ ctx, request }: Call): object {
  const { items, next } = paginate(request, certificatesOf(ctx).values(), creationOrder(request), BY_MARKER)
  const certificates = items.map(({ id, status, createdAt }) => ({
    certificateArn: arn.certificate(callerOf(request), id),
    certificateId: id,
    status,
    certificateMode: 'DEFAULT',
    creationDate: floatSeconds(createdAt),
  }))
  return { certificates, nextMarker: next }
}

function update({ ctx, request, params }: Call): undefined {
  const certificate = requireCertificate(ctx, params['certificateId'])
  const given = textParameter(request, 'newStatus')
  const status = STATUSES.find((known) => known === given)
  if (status === undefined)
    throw invalidRequest(
      'newStatus',
      given,
      `must be one of ${STATUSES.join(', ')}; the others belong to transfers and just-in-time registration`,
    )
  dropSessions(
    ctx,
    certificatesOf(ctx).set(certificate.id, {
      ...certificate,
      status,
      updatedAt: ctx.now,
      changes: (certificate.changes ?? 0) + 1,
    }),
  )
}

function remove({ ctx, request, params }: Call): undefined {
  const { id, status } = requireCertificate(ctx, params['certificateId'])
  if (status === 'ACTIVE')
    throw new AwsError('CertificateStateException', 'Certificate must be deactivated (not ACTIVE) before deletion.')
  const target = certificateTarget(id)
  if (thingsOfPrincipal(ctx, target).length > 0)
    throw new AwsError('DeleteConflictException', 'Things must be detached before deletion')
  const policies = attachmentsOf(ctx).get(target)?.policies ?? []
  if (policies.length > 0 && !flagOf(request, 'forceDelete'))
    throw new AwsError('DeleteConflictException', `Policies must be detached before deletion: ${policies.join(', ')}`)
  attachmentsOf(ctx).delete(target)
  certificatesOf(ctx).delete(id)
}

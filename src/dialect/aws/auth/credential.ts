import type { HttpRequest } from '../../../core/seam/http.ts'
import type { ConnectRequest, PeerCertificate } from '../../../core/seam/mqtt.ts'
import type { Credential, Sight } from '../../credential.ts'
import { customAuthorizer, signature, upgradeOf } from './connect.ts'
import { AwsError, failure } from '../wire/errors.ts'
import { accessKeyOf } from './access-keys.ts'
import { registeredCertificate } from './identity-store.ts'
import { credentialOf } from '../wire/credential-scope.ts'
import { unknownType } from '../http/guard.ts'
import { planeOf } from '../wire/planes.ts'
import { signatureFault, type SignableRequest } from './signature.ts'
import { asSaid, say, textOf, type Words } from '../../../core/said.ts'

const HOW_TO_SIGN = 'From another machine sign with the key pair that `iot-hub keys` shows on the hub’s'
const ONLY_HERE = 'was only taken from this machine, in open mode: for other machines it must be registered'
const HOW_TO_REGISTER =
  '`iot-hub device add aws NAME` makes one, `aws iot register-certificate-without-ca --status ACTIVE` takes another'

/** What a client shows at CONNECT, in the order in which `authenticate` goes by it [aws 1.3, 1.4]. */
export function mqttCredential(ctx: Sight, request: ConnectRequest): Credential {
  const [signed, upgrade] = [signature(request), upgradeOf(request)]
  if (signed !== undefined && upgrade !== undefined) {
    const fault = signingFault(ctx, upgrade, signed.accessKey)
    return fault === undefined
      ? { given: true, who: `access key ${signed.accessKey}` }
      : { given: false, why: say`${asSaid(fault.why)}. ${asSaid(HOW_TO_SIGN)}` }
  }
  const authorizer = customAuthorizer(request)
  if (authorizer !== undefined)
    return {
      given: false,
      why: say`the hub runs no custom authorizer ${JSON.stringify(authorizer)}: it is believed on this machine only`,
    }
  if (request.certificate !== undefined) return certificateCredential(ctx, request.certificate)
  return {
    given: false,
    why: say`from another machine a client needs a certificate, over TLS: ${asSaid(HOW_TO_REGISTER)}`,
  }
}

/** What a request shows, in the order in which the guard goes by it [aws 1.1, 4.3]. */
export function httpCredential(ctx: Sight, request: HttpRequest): Credential {
  const plane = planeOf(request)
  const refuse = (type: string, why: Words): Credential => ({
    given: false,
    why,
    answer: failure(new AwsError(type, textOf(why)), plane),
  })
  const signed = credentialOf(request)
  if (signed !== undefined) {
    const fault = signingFault(ctx, request, signed.accessKey)
    if (fault === undefined) return { given: true, who: `access key ${signed.accessKey}` }
    return refuse(fault.type, say`${asSaid(fault.why)}. ${asSaid(HOW_TO_SIGN)}`)
  }
  if (request.certificate === undefined)
    return refuse('MissingAuthenticationTokenException', say`Missing Authentication Token. ${asSaid(HOW_TO_SIGN)}`)
  const certificate = certificateCredential(ctx, request.certificate)
  return certificate.given ? certificate : refuse(unknownType(plane), certificate.why)
}

/** Why it is not signed with the key pair that the hub gave out, with AWS's exception for it. */
function signingFault(
  ctx: Sight,
  request: SignableRequest,
  accessKey: string,
): { type: string; why: Words } | undefined {
  const key = accessKeyOf(ctx)
  if (key?.id === accessKey) return signatureFault(request, key.secret, ctx.wall)
  const shown = JSON.stringify(accessKey.slice(0, 64))
  return {
    type: 'UnrecognizedClientException',
    why: say`The security token included in the request is invalid: ${shown} is no access key of this hub`,
  }
}

/**
 * Registered by somebody who may, and ACTIVE. One that open mode took by itself nobody has given out. AWS drops the
 * socket without a CONNACK [aws 1.3].
 */
function certificateCredential(ctx: Sight, { sha256 }: PeerCertificate): Credential {
  const certificate = registeredCertificate(ctx, sha256)
  const refuse = (why: Words): Credential => ({ given: false, why, drop: true })
  const how = asSaid(HOW_TO_REGISTER)
  if (certificate === undefined) return refuse(say`certificate ${sha256} is not registered: ${how}`)
  if (certificate.status !== 'ACTIVE') return refuse(say`certificate ${sha256} is ${certificate.status}`)
  if (certificate.automatic === true) return refuse(say`certificate ${sha256} ${asSaid(ONLY_HERE)}. ${how}`)
  return { given: true, who: `certificate ${sha256}` }
}

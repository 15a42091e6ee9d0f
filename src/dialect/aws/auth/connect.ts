import { keyOf } from '../../../core/ids.ts'
import type { ConnectRequest, ConnectVerdict, PeerCertificate } from '../../../core/seam/mqtt.ts'
import type { Claim, Context, Settings } from '../../dialect.ts'
import { connectFault } from './access.ts'
import { believe, credentialOf } from '../wire/credential-scope.ts'
import { certificatesOf, certificateTarget, exclusiveThing, type Certificate } from './identity-store.ts'
import type { SignableRequest } from './signature.ts'
import { warnOfWill, willFault } from '../mqtt/last-will.ts'
import { announceConnectFailed } from '../mqtt/presence.ts'
import { isThingName } from '../wire/names.ts'
import { asSaid, say, type Words } from '../../../core/said.ts'

const AUTHORIZER = 'x-amz-customauthorizer-name'

/** By what a CONNECT is one of AWS's; an undressed client counts as one in open mode only. */
export function recognize(request: ConnectRequest, settings: Settings): Claim {
  if (signature(request) !== undefined) return 'credential'
  if (request.alpn === 'x-amzn-mqtt-ca' || sdkUserName(request.username) || customAuthorizer(request)) return 'marker'
  if (request.certificate !== undefined) return 'path'
  return isBare(request) && settings.mode === 'open' ? 'fallback' : 'no'
}

/** What a client may show, in words. */
export function wanted({ mode }: Settings, local: boolean): Words {
  const certificate = 'over TLS the certificate of a thing (`iot-hub device add aws NAME` makes one)'
  return mode === 'open' && local
    ? say`${asSaid(certificate)}, or nothing: a client id alone, without user name and password`
    : certificate
}

/**
 * Lets a client in by certificate, by signature, by custom authorizer or, in open mode, as what it says it is [aws 1.3,
 * 1.4].
 */
export function authenticate(ctx: Context, request: ConnectRequest): ConnectVerdict {
  const fault = clientIdFault(request)
  if (fault !== undefined) return { accept: false, reason: fault, returnCode: 2 }
  if (ctx.settings.mode === 'strict' && request.protocolVersion < 4) return refused('AWS IoT speaks MQTT 3.1.1 and 5')
  const signed = signature(request)
  if (signed !== undefined) {
    believe(ctx, request)
    return accepted(ctx, request, signed.accessKey)
  }
  const authorizer = customAuthorizer(request)
  if (authorizer !== undefined) return withAuthorizer(ctx, request, authorizer)
  if (request.certificate !== undefined) return withCertificate(ctx, request, request.certificate)
  if (ctx.settings.mode === 'strict') return refused('no client certificate, no signature and no custom authorizer')
  return accepted(ctx, request, request.unnamed === true ? 'anonymous' : request.clientId, { bare: true })
}

/** Registered and ACTIVE, or nothing; AWS drops the socket without a CONNACK [aws 1.3]. */
function withCertificate(ctx: Context, request: ConnectRequest, peer: PeerCertificate): ConnectVerdict {
  const certificate = admit(ctx, peer)
  if (!('id' in certificate)) return refused(certificate.why)
  const fault = connectFault(ctx, certificate.id, request)
  if (fault !== undefined) {
    announceConnectFailed(ctx, request, certificate.id)
    return refused(fault)
  }
  return accepted(ctx, request, certificate.id, { thing: exclusiveThing(ctx, certificateTarget(certificate.id)) })
}

/**
 * The registered certificate behind one that was shown, or why it does not count. Open mode registers an unknown one.
 */
export function admit(ctx: Context, peer: PeerCertificate): Certificate | { why: Words } {
  const certificates = certificatesOf(ctx)
  // Open mode lets virtual time run past it.
  if (ctx.settings.mode === 'strict' && peer.validTo <= ctx.now)
    return { why: say`certificate ${peer.sha256} has expired` }
  const found = certificates.get(peer.sha256)
  if (found?.status === 'ACTIVE') return found
  if (found !== undefined) return { why: say`certificate ${peer.sha256} is ${found.status}` }
  if (ctx.settings.mode === 'strict') return { why: say`certificate ${peer.sha256} is not registered` }
  return certificates.set(peer.sha256, {
    id: peer.sha256,
    pem: peer.pem,
    status: 'ACTIVE',
    createdAt: ctx.now,
    updatedAt: ctx.now,
    validTo: peer.validTo,
    automatic: true,
  })
}

function withAuthorizer(ctx: Context, request: ConnectRequest, authorizer: string): ConnectVerdict {
  if (ctx.settings.mode === 'strict')
    return refused(say`there is no custom authorizer ${authorizer}: the hub does not run any`)
  const user = request.username?.split('?')[0]
  return accepted(ctx, request, user === undefined || user === '' ? authorizer : user)
}

interface Standing {
  /** The thing that its certificate is attached to exclusively. */
  thing?: string | undefined
  /** It has shown nothing but its client id. */
  bare?: true
}

/**
 * A session stands for the thing that its certificate is attached to exclusively, else for the one named like its
 * client id; open mode registers that for who shows credentials [aws 1.3].
 */
function accepted(ctx: Context, request: ConnectRequest, principal: string, how: Standing = {}): ConnectVerdict {
  const { thing, bare } = how
  const fault = willFault(request.will, ctx.settings.mode === 'strict')
  if (fault !== undefined) return refused(fault)
  warnOfWill(ctx, keyOf('aws', request.clientId), request.will)
  if (thing !== undefined) return { accept: true, identity: { principal, device: keyOf('aws', thing) } }
  // The likes of `mosquitto_pub` without an id are no devices.
  if (request.unnamed === true) return { accept: true, identity: { principal } }
  const key = keyOf('aws', request.clientId)
  if (ctx.settings.mode === 'open' && bare !== true && isThingName(request.clientId)) {
    ctx.engine.devices.ensure(ctx.turn, 'aws', request.clientId)
  }
  return { accept: true, identity: { principal, ...(ctx.engine.devices.get(key) !== undefined && { device: key }) } }
}

/** 1–128 bytes; only a session that keeps nothing may leave it out [aws 1.5]. */
function clientIdFault({ clientId, clean }: ConnectRequest): Words | undefined {
  if (clientId === '') return clean ? undefined : 'a client without a client id must start clean'
  const bytes = Buffer.byteLength(clientId)
  return bytes > 128 ? say`the client id has ${bytes} bytes, and may have 128` : undefined
}

const refused = (reason: Words): ConnectVerdict => ({ accept: false, reason, drop: true })
const sdkUserName = (username = ''): boolean => /[?&]SDK=/.test(username)
const isBare = ({ username, password }: ConnectRequest): boolean => (username ?? '') === '' && password === undefined

/** The upgrade request of a WebSocket in the form in which HTTP requests are signed and read. */
export function upgradeOf({ upgrade }: ConnectRequest): SignableRequest | undefined {
  if (upgrade === undefined) return undefined
  const headers = Object.entries(upgrade.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ])
  const [path = '/'] = upgrade.url.split('?')
  return {
    method: 'GET',
    path,
    query: queryOf(upgrade.url),
    headers: Object.fromEntries(headers) as SignableRequest['headers'],
    body: NO_BODY,
  }
}

const NO_BODY = Buffer.alloc(0)

/** What a WebSocket upgrade says of its signature [aws 1.4]. */
export function signature(request: ConnectRequest): ReturnType<typeof credentialOf> {
  const upgrade = upgradeOf(request)
  return upgrade === undefined ? undefined : credentialOf(upgrade)
}

/** The custom authorizer named in user name, query or header [aws 1.4]. */
export function customAuthorizer({ username = '', upgrade }: ConnectRequest): string | undefined {
  const named =
    queryOf(username).get(AUTHORIZER) ??
    (upgrade === undefined ? null : (queryOf(upgrade.url).get(AUTHORIZER) ?? upgrade.headers[AUTHORIZER]))
  return typeof named === 'string' ? named : undefined
}

const queryOf = (text: string): URLSearchParams =>
  new URLSearchParams(text.includes('?') ? text.slice(text.indexOf('?') + 1) : '')

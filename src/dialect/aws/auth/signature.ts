import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Instant } from '../../../core/clock.ts'
import type { HttpRequest } from '../../../core/seam/http.ts'
import { asSaid, say, verbatim, type Words } from '../../../core/said.ts'

/** The part of a request that SigV4 signs. */
export type SignableRequest = Pick<HttpRequest, 'method' | 'path' | 'query' | 'headers' | 'body'>

/** What a request says of its signature, in its `Authorization` header or its query. */
interface Claims {
  algorithm: string
  /** `{key}/{date}/{region}/{service}/aws4_request`. */
  credential: string
  signedHeaders: string
  signature: string
  /** `20260131T235959Z`. */
  date: string
  /** How long it is good for, in seconds: a URL may be signed long before it is used. */
  expires?: string
  inQuery: boolean
}

const ALGORITHM = 'AWS4-HMAC-SHA256'
/** In AWS's words. */
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. ' +
  'Check your AWS Secret Access Key and signing method'
/** How far the clocks of client and hub may be apart, as on AWS. */
const SKEW_MS = 15 * 60_000
const MAX_EXPIRES = 604_800

/**
 * Why the signature of a request is not one by this secret key [SigV4], with the exception that AWS has for it;
 * `undefined`: it is. `at` is the time by the machine's clock, since that of the client was used to sign.
 */
export function signatureFault(
  request: SignableRequest,
  secretKey: string,
  at: Instant,
): { type: string; why: Words } | undefined {
  const claims = claimsOf(request)
  const incomplete = claims === undefined ? 'no signature' : incompleteness(claims, request)
  if (claims === undefined || incomplete !== undefined)
    return { type: 'IncompleteSignatureException', why: incomplete ?? 'no signature' }
  const bodyHash = sha256(request.body)
  const stated = request.headers['x-amz-content-sha256']
  if (!claims.inQuery && stated !== undefined && stated !== bodyHash)
    return { type: 'InvalidSignatureException', why: 'x-amz-content-sha256 is not the hash of the body' }
  const given = Buffer.from(claims.signature, 'hex')
  const fits = canonicalRequests(request, claims, bodyHash).some((canonical) => {
    const right = signatureOf(canonical, claims, secretKey)
    return given.length === right.length && timingSafeEqual(given, right)
  })
  if (!fits)
    return {
      type: 'InvalidSignatureException',
      why: verbatim(MISMATCH),
    }
  return expiry(claims, at)
}

function claimsOf({ headers, query }: Pick<SignableRequest, 'query' | 'headers'>): Claims | undefined {
  const [, algorithm, fields] = /^(AWS4-[A-Z0-9-]+) +(\S.*)$/s.exec(headers['authorization'] ?? '') ?? []
  if (algorithm !== undefined && fields !== undefined) {
    const field = (name: string): string =>
      fields
        .split(',')
        .map((one) => one.trim())
        .find((one) => one.startsWith(`${name}=`))
        ?.slice(name.length + 1) ?? ''
    const [credential, signedHeaders, signature] = [field('Credential'), field('SignedHeaders'), field('Signature')]
    return { algorithm, credential, signedHeaders, signature, date: headers['x-amz-date'] ?? '', inQuery: false }
  }
  const credential = query.get('X-Amz-Credential')
  if (credential === null) return undefined
  const text = (name: string): string => query.get(`X-Amz-${name}`) ?? ''
  const expires = query.get('X-Amz-Expires')
  return {
    algorithm: text('Algorithm'),
    credential,
    signedHeaders: text('SignedHeaders'),
    signature: text('Signature'),
    date: text('Date'),
    ...(expires !== null && { expires }),
    inQuery: true,
  }
}

function incompleteness(claims: Claims, { headers }: SignableRequest): Words | undefined {
  const { algorithm, credential, signedHeaders, signature, date, expires } = claims
  if (algorithm !== ALGORITHM)
    return say`the local hub verifies ${ALGORITHM} only, and not ${algorithm || asSaid('nothing')}`
  const [key, day, , , terminal, ...more] = credential.split('/')
  if (!key || terminal !== 'aws4_request' || more.length > 0)
    return 'Credential must be key/date/region/service/aws4_request'
  if (!/^\d{8}T\d{6}Z$/.test(date)) return 'X-Amz-Date must be there, as 20260131T235959Z'
  if (day !== date.slice(0, 8)) return 'the dates in Credential and X-Amz-Date differ'
  if (!/^[0-9a-f]{64}$/.test(signature)) return 'Signature must be 64 hexadecimal digits'
  const names = signedHeaders.split(';')
  if (!names.includes('host')) return 'the Host header must be signed'
  if (!claims.inQuery && !names.includes('x-amz-date')) return 'the X-Amz-Date header must be signed'
  const missing = names.find((name) => !Object.hasOwn(headers, name) || headers[name] === undefined)
  if (missing !== undefined) return say`the header ${missing.slice(0, 64)} is signed, and not there`
  if (expires !== undefined && !(/^\d{1,6}$/.test(expires) && Number(expires) >= 1 && Number(expires) <= MAX_EXPIRES))
    return say`X-Amz-Expires must be 1 to ${MAX_EXPIRES} seconds`
  return undefined
}

/** Only a signature that is right is told that it is too old. */
function expiry({ date, expires }: Claims, at: Instant): { type: string; why: Words } | undefined {
  const signedAt = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'))
  const until = expires === undefined ? signedAt + SKEW_MS : signedAt + Number(expires) * 1000
  if (at >= signedAt - SKEW_MS && at <= until) return undefined
  return {
    type: 'InvalidSignatureException',
    why: say`Signature expired or not yet current: it is of ${date}, the hub's clock says ${new Date(at).toISOString()}`,
  }
}

/**
 * What was signed. A session token in the query may have been added to the URL after it was signed: AWS IoT's own
 * clients do so for WebSockets [aws 1.4].
 */
function canonicalRequests(
  { method, path, query, headers }: SignableRequest,
  { signedHeaders, inQuery }: Claims,
  bodyHash: string,
): string[] {
  const values = signedHeaders.split(';').map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`)
  const pairs = [...query].filter(([name]) => !inQuery || name !== 'X-Amz-Signature')
  const variants =
    inQuery && query.has('X-Amz-Security-Token')
      ? [pairs, pairs.filter(([name]) => name !== 'X-Amz-Security-Token')]
      : [pairs]
  return variants.map((variant) =>
    [method, canonicalPath(path), canonicalQuery(variant), values.join(''), signedHeaders, bodyHash].join('\n'),
  )
}

/** Every service but S3 signs the path escaped once more than it is sent, without empty segments and dots. */
function canonicalPath(path: string): string {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(escape(segment))
  }
  return `/${segments.join('/')}${segments.length > 0 && path.endsWith('/') ? '/' : ''}`
}

const canonicalQuery = (pairs: readonly [string, string][]): string =>
  pairs
    .map(([name, value]) => `${escape(name)}=${escape(value)}`)
    .sort(byCodeUnits)
    .join('&')

/** `=` would sort behind digits and hyphens: names go before values. */
function byCodeUnits(a: string, b: string): number {
  const [left, right] = [a.replace('=', '\0'), b.replace('=', '\0')]
  return left < right ? -1 : left > right ? 1 : 0
}

/** [RFC 3986 2.3] All but unreserved characters. */
const escape = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

function signatureOf(canonical: string, { credential, date }: Claims, secretKey: string): Buffer {
  const [, ...scope] = credential.split('/')
  const key = scope.reduce<Buffer>((from, part) => hmac(from, part), Buffer.from(`AWS4${secretKey}`))
  return hmac(key, [ALGORITHM, date, scope.join('/'), sha256(canonical)].join('\n'))
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')

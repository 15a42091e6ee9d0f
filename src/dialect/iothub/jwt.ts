import { parseJson } from '../../core/json-text.ts'
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Instant } from '../../core/clock.ts'
import { isObject } from '../../core/twin/json.ts'

/** The key that the course's broker and server share [iothub 2]. */
const SECRET = 'emqxsecret'

const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/
const HEADER = encode({ alg: 'HS256', typ: 'JWT' })

/** A token for that user name, HS256 [iothub 7 POST /tokens]; `expiresAt` in Unix seconds. */
export function signToken(username: string, expiresAt: number, issuedAt: number): string {
  const content = `${HEADER}.${encode({ username, exp: expiresAt, iat: issuedAt })}`
  return `${content}.${signatureOf(content).toString('base64url')}`
}

/** Whether a password has the form of a token at all. */
export const isToken = (password: string): boolean => JWT.test(password) && decode(password.split('.')[0])?.['alg'] !== undefined

/** Why the token does not let this user name in; `undefined`: it does [iothub 2]. */
export function tokenFault(token: string, username: string, now: Instant): string | undefined {
  const [header, payload, signature] = token.split('.')
  if (decode(header)?.['alg'] !== 'HS256') return 'its token is not signed with HS256'
  const given = Buffer.from(signature ?? '', 'base64url')
  const right = signatureOf(`${header}.${payload}`)
  if (given.length !== right.length || !timingSafeEqual(given, right)) return 'the signature of its token is wrong'
  const claims = decode(payload)
  if (claims?.['username'] !== username) return `its token is for user ${JSON.stringify(claims?.['username'])}`
  const exp = claims['exp']
  if (exp !== undefined && typeof exp !== 'number') return 'the expiry of its token is no number'
  return exp !== undefined && exp * 1000 <= now ? 'its token has expired' : undefined
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decode(part: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = parseJson(Buffer.from(part ?? '', 'base64url').toString())
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const signatureOf = (content: string): Buffer => createHmac('sha256', SECRET).update(content).digest()

import { parseJson } from '../../../core/json-text.ts'
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Instant } from '../../../core/clock.ts'
import { isObject } from '../../../core/twin/json.ts'
import { say, type Words } from '../../../core/said.ts'

/** The key that the course's broker and server share [iothub 2]: published, and so believed on this machine only. */
export const COURSE_KEY = 'emqxsecret'

const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/
const HEADER = encode({ alg: 'HS256', typ: 'JWT' })

/** A token for that user name, HS256 [iothub 7 POST /tokens]; `expiresAt` in Unix seconds. */
export function signToken(key: string, username: string, expiresAt: number, issuedAt: number): string {
  const content = `${HEADER}.${encode({ username, exp: expiresAt, iat: issuedAt })}`
  return `${content}.${signatureOf(key, content).toString('base64url')}`
}

/** Whether a password has the form of a token at all. */
export const isToken = (password: string): boolean =>
  JWT.test(password) && decode(password.split('.')[0])?.['alg'] !== undefined

/**
 * Why the token is not one by any of these keys that lets this user name (without one: anybody) in; `undefined`: it is
 * [iothub 2].
 */
export function tokenFault(
  token: string,
  keys: readonly string[],
  username: string | undefined,
  now: Instant,
): Words | undefined {
  const [header, payload, signature] = token.split('.')
  if (decode(header)?.['alg'] !== 'HS256') return 'its token is not signed with HS256'
  const given = Buffer.from(signature ?? '', 'base64url')
  const fits = keys.some((key) => {
    const right = signatureOf(key, `${header}.${payload}`)
    return given.length === right.length && timingSafeEqual(given, right)
  })
  if (!fits) return 'the signature of its token is wrong'
  const claims = decode(payload)
  if (username !== undefined && claims?.['username'] !== username)
    return say`its token is for user ${JSON.stringify(claims?.['username']) ?? ''}`
  const exp = claims?.['exp']
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

const signatureOf = (key: string, content: string): Buffer => createHmac('sha256', key).update(content).digest()

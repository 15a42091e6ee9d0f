import type { Dialect } from '../../src/dialect/dialect.ts'
import { signRequest, type KeyPair } from '../builders/sign-request.ts'
import type { AccessTarget } from './targets.ts'
import { jwt, madeUpCertificate, type Asking, type PemPair, type AccessFixture } from './hub-fixture.ts'

/** What somebody shows, by which the rules go. */
export type Shown =
  | 'nothing'
  /** Well-formed, and nothing of the hub's: signatures and tokens by keys of one's own. */
  | 'made up'
  /** By the key that IotHub's course has published. */
  | 'published'
  /** By the keys of `iot-hub keys`. */
  | 'keys'
  /** The hub's own token, and what is not quite it. */
  | 'token'
  | 'wrong token'
  /** Client certificates: of an enrolled device, of the hub but without rights, revoked, and of another authority. */
  | 'certificate'
  | 'certificate without rights'
  | 'revoked certificate'
  | 'made-up certificate'

/** Somebody who asks over HTTP. */
export interface VisitorCase {
  name: string
  shown: Shown
  /** A page in a browser, or one that passes for this machine's. */
  page?: 'foreign' | 'own'
  /** What it sends to a target; `undefined`: what it has is not for that kind. */
  ask(fixture: AccessFixture, target: AccessTarget): Promise<Asking | undefined> | Asking | undefined
}

const json = { 'content-type': 'application/json' }
const plain = ({ method, path }: AccessTarget, headers: Record<string, string> = {}): Asking => ({
  method,
  path,
  headers: { ...(method !== 'GET' && method !== 'HEAD' && method !== 'DELETE' && json), ...headers },
  ...(method !== 'GET' && method !== 'HEAD' && method !== 'DELETE' && { body: '{}' }),
})

const queryOf = ({ caller: { query = {} } }: AccessTarget): string =>
  Object.keys(query).length === 0 ? '' : `?${new URLSearchParams(query)}`

/** The service in the credential scope of a target that is reached by a signature. */
const serviceOf = ({ caller }: AccessTarget): string | undefined =>
  /\/us-east-1\/([^/]+)\/aws4_request/.exec(caller.headers['authorization'] ?? '')?.[1]

async function signed(target: AccessTarget, keys: KeyPair): Promise<Asking | undefined> {
  const service = serviceOf(target)
  if (service === undefined) return undefined
  const { body, ...asked } = plain(target)
  const { method, path } = target
  const headers = await signRequest(
    keys,
    { method, path, host: 'localhost', headers: asked.headers, ...(body !== undefined && { body }) },
    service,
    new Date(),
  )
  return { ...asked, headers, ...(body !== undefined && { body }) }
}

const isOf = (target: AccessTarget, name: Dialect['name']): boolean => target.dialect?.name === name
const bearing = (target: AccessTarget, token: string): Asking => plain(target, { authorization: `Bearer ${token}` })

/** Over TLS, and only where a certificate means anything. */
const withCertificate =
  (pick: (fixture: AccessFixture) => PemPair): VisitorCase['ask'] =>
  (fixture, target) =>
    isOf(target, 'aws') ? { ...plain(target), certificate: pick(fixture) } : undefined

const programs: VisitorCase[] = [
  { name: 'nobody', shown: 'nothing', ask: (_, target) => plain(target) },
  {
    name: 'anybody with a signature of the right form',
    shown: 'made up',
    ask: (_, target) =>
      isOf(target, 'aws')
        ? { ...plain(target, target.caller.headers), path: `${target.path}${queryOf(target)}` }
        : undefined,
  },
  {
    name: 'who signs with a key pair of his own',
    shown: 'made up',
    ask: (_, target) => signed(target, { accessKeyId: 'AKIALOCALXXXXXXXXXXX', secretAccessKey: 'x'.repeat(40) }),
  },
  {
    name: 'who knows the id of the access key only',
    shown: 'made up',
    ask: ({ keys }, target) => signed(target, { ...keys, secretAccessKey: 'x'.repeat(40) }),
  },
  { name: 'who signs with the hub’s key pair', shown: 'keys', ask: ({ keys }, target) => signed(target, keys) },
  {
    name: 'an application with a token of its own make',
    shown: 'made up',
    ask: (_, target) => (isOf(target, 'iothub-course') ? bearing(target, jwt('x'.repeat(32), 'app')) : undefined),
  },
  {
    name: 'an application with a token by the published key',
    shown: 'published',
    ask: (_, target) => (isOf(target, 'iothub-course') ? bearing(target, jwt('emqxsecret', 'app')) : undefined),
  },
  {
    name: 'an application with a token by the hub’s key',
    shown: 'keys',
    ask: ({ jwtKey }, target) => (isOf(target, 'iothub-course') ? bearing(target, jwt(jwtKey, 'app')) : undefined),
  },
  {
    name: 'who guesses the hub’s token',
    shown: 'wrong token',
    ask: ({ token }, target) => bearing(target, `${token}x`),
  },
  {
    name: 'an enrolled device',
    shown: 'certificate',
    ask: withCertificate(({ devices }) => devices['aws']!.known.session.certificate!),
  },
  {
    name: 'a certificate of the hub without any right',
    shown: 'certificate without rights',
    ask: withCertificate(({ bareCertificate }) => bareCertificate),
  },
  {
    name: 'a revoked device',
    shown: 'revoked certificate',
    ask: withCertificate(({ devices }) => devices['aws']!.revoked.session.certificate!),
  },
  {
    name: 'who has made a certificate for himself',
    shown: 'made-up certificate',
    ask: withCertificate(() => madeUpCertificate),
  },
]

const operator: VisitorCase = {
  name: 'who has the hub’s token',
  shown: 'token',
  ask: ({ token }, target) => bearing(target, token),
}

/** A page shows what the best of them could: a token that has leaked into it. */
const page = (name: string, headers: Record<string, string>, kind: VisitorCase['page'] = 'foreign'): VisitorCase => ({
  name,
  shown: 'token',
  page: kind!,
  ask: ({ token }, target) => plain(target, { authorization: `Bearer ${token}`, ...headers }),
})

const pages: VisitorCase[] = [
  page('a page of the web', { origin: 'https://evil.example' }),
  page('a page whose name leads here', { origin: 'http://evil.example:8880', host: 'evil.example:8880' }),
  page('a name that leads here, without an origin', { host: 'evil.example' }),
  page('a page without an origin of its own', { origin: 'null' }),
  page('a form of the web', {
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'no-cors',
    'content-type': 'text/plain',
  }),
  page('a page of this machine', { origin: 'http://localhost:3000' }, 'own'),
]

/** Everybody. Who may do most comes last: what he does may be in others' way. */
export const visitors: VisitorCase[] = [
  ...programs,
  ...pages.filter((each) => each.page === 'foreign'),
  ...pages.filter((each) => each.page === 'own'),
  operator,
]

import type { IClientOptions } from 'mqtt'
import { deviceScriptOf } from '../../src/hub/create-hub.ts'
import type { ConnectionKitView } from '../../src/shared/api.ts'
import { presignUrl, type KeyPair } from '../builders/sign-request.ts'
import { jwt, madeUpCertificate, type Enrolled, type Mode, type Where, type AccessFixture } from './hub-fixture.ts'

export const transports = ['tcp', 'tls', 'ws', 'wss'] as const
export type Transport = (typeof transports)[number]

/** Somebody who comes over MQTT. */
export interface Client {
  name: string
  /** Absent: no cloud knows such a client. */
  dialect?: string
  /** Only over TLS, or only over WebSocket, can it show what it has. */
  over?: readonly Transport[]
  /** Whether it comes in, in that mode on the hub's own machine; from elsewhere it does if `given`. */
  here: Record<Mode, boolean>
  /** It shows what the hub gave out, and that still counts. */
  given?: true
  /** The enrolled device that it is. */
  device?(fixture: AccessFixture): Enrolled
  options(fixture: AccessFixture, transport: Transport): Promise<IClientOptions> | IClientOptions
}

const TLS = ['tls', 'wss'] as const
const WEB_SOCKETS = ['ws', 'wss'] as const
const always = { open: true, strict: true }
const never = { open: false, strict: false }
const inOpen = { open: true, strict: false }

type Session = ConnectionKitView['session']

const dressed = ({ clientId, username, password, certificate }: Session): IClientOptions => ({
  clientId,
  ...(username !== undefined && { username }),
  ...(password !== undefined && { password }),
  ...certificate,
})

const aws = ({ devices }: AccessFixture) => devices['aws']!
const iothub = ({ devices }: AccessFixture) => devices['iothub-course']!

/** Signed as device SDKs sign, good for five minutes. */
const signedPath = (keys: KeyPair, { place }: AccessFixture, transport: Transport): Promise<string> => {
  const port = transport === 'ws' ? place.endpoints.http : place.endpoints.https
  return presignUrl(keys, { method: 'GET', path: '/mqtt', host: `localhost:${port}` }, 'iotdevicegateway', new Date())
}

/** Everybody who comes over MQTT; who does most harm where he gets in comes last. */
export const clients: Client[] = [
  {
    name: 'who has a user name and password of his own',
    here: never,
    options: () => ({ clientId: 'x', username: 'admin', password: 'admin' }),
  },
  {
    name: 'who gives the hub’s token as password',
    here: never,
    options: ({ token }) => ({ clientId: 'x', username: 'admin', password: token }),
  },

  { name: 'a bare client', dialect: 'aws', here: inOpen, options: () => ({ clientId: 'bare' }) },
  {
    name: 'a bare client under the id of an enrolled device',
    dialect: 'aws',
    here: inOpen,
    options: () => ({ clientId: 'some' }),
  },
  {
    name: 'an SDK’s user name',
    dialect: 'aws',
    here: inOpen,
    options: () => ({ clientId: 'sdk', username: '?SDK=Python&Version=1' }),
  },
  {
    name: 'a custom authorizer in the user name',
    dialect: 'aws',
    here: inOpen,
    options: () => ({ clientId: 'auth', username: 'u?x-amz-customauthorizer-name=N', password: 'p' }),
  },
  {
    name: 'a custom authorizer in the URL',
    dialect: 'aws',
    over: WEB_SOCKETS,
    here: inOpen,
    options: () => ({ clientId: 'auth', path: '/mqtt?x-amz-customauthorizer-name=N' }),
  },
  {
    name: 'a signature by a key pair of his own',
    dialect: 'aws',
    over: WEB_SOCKETS,
    here: always,
    options: async (fixture, transport) => ({
      clientId: 'signed',
      path: await signedPath(
        { accessKeyId: 'AKIALOCALXXXXXXXXXXX', secretAccessKey: 'x'.repeat(40) },
        fixture,
        transport,
      ),
    }),
  },
  {
    name: 'a signature by the hub’s key pair',
    dialect: 'aws',
    over: WEB_SOCKETS,
    here: always,
    given: true,
    options: async (fixture, transport) => ({
      clientId: 'signed',
      path: await signedPath(fixture.keys, fixture, transport),
    }),
  },
  {
    name: 'a certificate that somebody made for himself',
    dialect: 'aws',
    over: TLS,
    here: inOpen,
    options: () => ({ clientId: 'some', ...madeUpCertificate }),
  },
  {
    name: 'a certificate of the hub without any right',
    dialect: 'aws',
    over: TLS,
    here: inOpen,
    options: ({ bareCertificate }) => ({ clientId: 'some', ...bareCertificate }),
  },
  {
    name: 'a revoked device',
    dialect: 'aws',
    over: TLS,
    here: never,
    options: (fixture) => dressed(aws(fixture).revoked.session),
  },
  {
    name: 'an enrolled device with a custom authorizer besides',
    dialect: 'aws',
    over: TLS,
    here: inOpen,
    options: (fixture) => ({
      ...dressed(aws(fixture).known.session),
      username: 'u?x-amz-customauthorizer-name=N',
      password: 'p',
    }),
  },
  {
    name: 'an enrolled device',
    dialect: 'aws',
    over: TLS,
    here: always,
    given: true,
    device: (fixture) => aws(fixture).other,
    options: (fixture) => dressed(aws(fixture).other.session),
  },

  {
    name: 'a new device with a secret of its own',
    dialect: 'iothub-course',
    here: inOpen,
    options: () => dressed(deviceScriptOf('iothub-course')('some/new').session),
  },
  {
    name: 'an enrolled device with a wrong secret',
    dialect: 'iothub-course',
    here: never,
    options: (fixture) => ({ ...dressed(iothub(fixture).known.session), password: 'wrong' }),
  },
  {
    name: 'an enrolled device with an empty secret',
    dialect: 'iothub-course',
    here: never,
    options: (fixture) => ({ ...dressed(iothub(fixture).known.session), password: '' }),
  },
  {
    name: 'an enrolled device with the secret of another',
    dialect: 'iothub-course',
    here: never,
    options: (fixture) => ({
      ...dressed(iothub(fixture).known.session),
      password: iothub(fixture).other.session.password!,
    }),
  },
  {
    name: 'a suspended device',
    dialect: 'iothub-course',
    here: never,
    options: (fixture) => dressed(iothub(fixture).revoked.session),
  },
  {
    name: 'an application with a token of its own make',
    dialect: 'iothub-course',
    here: never,
    options: () => ({ clientId: 'app', username: 'app', password: jwt('x'.repeat(32), 'app') }),
  },
  {
    name: 'an application with a token by the published key',
    dialect: 'iothub-course',
    here: always,
    options: () => ({ clientId: 'app', username: 'app', password: jwt('emqxsecret', 'app') }),
  },
  {
    name: 'an application with a token for another',
    dialect: 'iothub-course',
    here: never,
    options: ({ jwtKey }) => ({ clientId: 'app', username: 'app', password: jwt(jwtKey, 'else') }),
  },
  {
    name: 'an application with a token by the hub’s key',
    dialect: 'iothub-course',
    here: always,
    given: true,
    options: ({ jwtKey }) => ({ clientId: 'app', username: 'app', password: jwt(jwtKey, 'app') }),
  },
  {
    name: 'an enrolled device',
    dialect: 'iothub-course',
    here: always,
    given: true,
    device: (fixture) => iothub(fixture).other,
    options: (fixture) => dressed(iothub(fixture).other.session),
  },
]

/**
 * Whether that client gets in. From elsewhere it takes a credential of the hub's; a revoked or suspended device has
 * none, nor has who lacks every right in strict mode.
 */
export function comesIn({ name, here, given }: Client, mode: Mode, where: Where): boolean {
  // It has a credential of the hub's, and in strict mode no policy lets it do anything with that.
  if (where === 'elsewhere' && name === 'a certificate of the hub without any right') return mode === 'open'
  return where === 'elsewhere' ? given === true : here[mode]
}

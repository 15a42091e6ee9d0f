import { createHmac } from 'node:crypto'
import { Agent as HttpAgent, request as requestHttp, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { ConnectionKitView, OperatorKeyView } from '../../src/shared/api.ts'
import { putElsewhere } from '../builders/elsewhere.ts'
import { readFile } from 'node:fs/promises'
import { putObject, startHub, type TestHub } from '../builders/hub.ts'
import { tlsCredentials } from '../builders/tls-credentials.ts'
import type { KeyPair } from '../builders/sign-request.ts'

export type Mode = 'open' | 'strict'
export type Where = 'this machine' | 'elsewhere'

export interface PemPair {
  cert: string
  key: string
}

/** A hub, and all who may or may not come to it. */
export interface AccessFixture {
  place: TestHub
  mode: Mode
  where: Where
  token: string
  keys: KeyPair
  jwtKey: string
  /** Enrolled devices of each dialect: one, another, and one whose credentials were taken back. */
  devices: Record<string, { known: Enrolled; other: Enrolled; revoked: Enrolled }>
  /** A certificate of the hub's authority without any policy. */
  bareCertificate: PemPair
  /** A URL that the hub has given to a device: firmware/one.bin, for an hour. */
  presigned: URL
  ask(asking: Asking): Promise<Answer>
  close(): Promise<void>
}

export interface Enrolled {
  name: string
  session: ConnectionKitView['session']
}

export interface Asking {
  method: string
  path: string
  headers: Record<string, string>
  body?: string
  certificate?: PemPair
}

export interface Answer {
  status: number
  type: string | undefined
  body: string
}

/** Two hubs with everybody who has to do with them; `elsewhere` sees all its clients come from another machine. */
export async function makeAccessFixture(mode: Mode, where: Where): Promise<AccessFixture> {
  const place = await startHub({ mode })
  const { api } = place.hub
  const token = (await readFile(place.endpoints.token, 'utf8')).trim()
  const keys = await api.keys()
  const valueOf = (name: string): string => keys.find((key: OperatorKeyView) => key.name === name)!.value
  const agents = { plain: new HttpAgent({ keepAlive: true, maxSockets: 8 }), tls: new Map<string, HttpsAgent>() }
  const fixture: AccessFixture = {
    place,
    mode,
    where,
    token,
    keys: { accessKeyId: valueOf('AWS_ACCESS_KEY_ID'), secretAccessKey: valueOf('AWS_SECRET_ACCESS_KEY') },
    jwtKey: valueOf('JWT_SECRET'),
    devices: {},
    bareCertificate: { cert: '', key: '' },
    presigned: new URL('http://localhost'),
    ask: (asking) => ask(place, agents, asking),
    close: async () => {
      agents.plain.destroy()
      for (const agent of agents.tls.values()) agent.destroy()
      await place.stop()
    },
  }
  for (const [dialect, names] of Object.entries({
    aws: ['some', 'other', 'gone'],
    'iothub-course': ['some/some', 'some/other', 'some/gone'],
  })) {
    const [known, other, revoked] = await Promise.all(
      names.map(async (name): Promise<Enrolled> => ({ name, session: (await api.addDevice(dialect, name)).session })),
    )
    fixture.devices[dialect] = { known: known!, other: other!, revoked: revoked! }
  }
  await settle(fixture)
  if (where === 'elsewhere') {
    putElsewhere(place.endpoints)
    // Connections that are kept alive were accepted before.
    for (const agent of [agents.plain, ...agents.tls.values()]) agent.destroy()
  }
  return fixture
}

/** What people do before: give rights, take credentials back, make a URL. */
async function settle(fixture: AccessFixture): Promise<void> {
  const { devices, token, mode } = fixture
  const call = async (
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<string> => {
    const answer = await fixture.ask({
      method,
      path,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`)
    return answer.body
  }
  const made = JSON.parse(await call('POST', '/keys-and-certificate?setAsActive=true')) as {
    certificatePem: string
    keyPair: { PrivateKey: string }
  }
  fixture.bareCertificate = { cert: made.certificatePem, key: made.keyPair.PrivateKey }
  const idOf = async (pem: string): Promise<string> => {
    const { certificates } = JSON.parse(await call('GET', '/certificates?pageSize=250')) as {
      certificates: { certificateId: string }[]
    }
    for (const { certificateId } of certificates) {
      const { certificateDescription } = JSON.parse(await call('GET', `/certificates/${certificateId}`)) as {
        certificateDescription: { certificatePem: string }
      }
      if (certificateDescription.certificatePem.trim() === pem.trim()) return certificateId
    }
    throw new Error('the certificate is not registered')
  }
  const { known, revoked } = devices['aws']!
  await call('PUT', `/certificates/${await idOf(revoked.session.certificate!.cert)}?newStatus=REVOKED`)
  await call('PUT', '/devices/some/gone/suspend')
  if (mode === 'strict') {
    const Statement = [{ Effect: 'Allow', Action: ['iot:*', 'iotjobsdata:*'], Resource: '*' }]
    await call('POST', '/policies/matrix', { policyDocument: JSON.stringify({ Version: '2012-10-17', Statement }) })
    const target = `arn:aws:iot:us-east-1:123456789012:cert/${await idOf(known.session.certificate!.cert)}`
    await call('PUT', '/target-policies/matrix', { target })
  }
  await putObject(fixture.place, 'firmware', 'one.bin', 'firmware one')
  await putObject(fixture.place, 'firmware', 'two.bin', 'firmware two')
  const document = '{"url":"${aws:iot:s3-presigned-url:https://s3.amazonaws.com/firmware/one.bin}"}'
  const presignedUrlConfig = { roleArn: 'arn:aws:iam::123456789012:role/presigner', expiresInSec: 3600 }
  await call('PUT', '/jobs/presigned', {
    targets: ['arn:aws:iot:us-east-1:123456789012:thing/some'],
    document,
    presignedUrlConfig,
  })
  const { execution } = JSON.parse(await call('GET', '/things/some/jobs/presigned?includeJobDocument=true')) as {
    execution: { jobDocument: string }
  }
  fixture.presigned = new URL((JSON.parse(execution.jobDocument) as { url: string }).url)
}

interface Agents {
  plain: HttpAgent
  tls: Map<string, HttpsAgent>
}

function ask(
  { endpoints, ca }: TestHub,
  agents: Agents,
  { method, path, headers, body, certificate }: Asking,
): Promise<Answer> {
  const options: RequestOptions = { host: '127.0.0.1', method, path, headers: { host: 'localhost', ...headers } }
  return new Promise((resolve, reject) => {
    const req =
      certificate === undefined
        ? requestHttp({ ...options, port: endpoints.http, agent: agents.plain })
        : requestHttps({
            ...options,
            port: endpoints.https,
            servername: 'localhost',
            ca,
            agent: agentFor(agents, certificate, ca),
          })
    req.on('error', reject)
    req.on('response', (res) => {
      const chunks: Buffer[] = []
      const type = res.headers['x-amzn-errortype']
      const done = (): void =>
        resolve({
          status: res.statusCode ?? 0,
          type: typeof type === 'string' ? type : undefined,
          body: Buffer.concat(chunks).toString(),
        })
      // Events never end.
      if (res.headers['content-type'] === 'text/event-stream') {
        done()
        req.destroy()
        return
      }
      res
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('error', reject)
        .on('end', done)
    })
    req.end(body)
  })
}

function agentFor({ tls }: Agents, { cert, key }: PemPair, ca: string): HttpsAgent {
  const known = tls.get(cert)
  if (known !== undefined) return known
  const agent = new HttpsAgent({ keepAlive: true, maxSockets: 8, cert, key, ca })
  tls.set(cert, agent)
  return agent
}

/** A certificate that somebody has made for himself. */
export const madeUpCertificate: PemPair = { cert: tlsCredentials.clientCert, key: tlsCredentials.clientKey }

/** A token for applications, HS256, as anybody can make one who has the key. */
export function jwt(key: string, username: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const content = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ username, iat: now, exp: now + 600 })}`
  return `${content}.${createHmac('sha256', key).update(content).digest('base64url')}`
}

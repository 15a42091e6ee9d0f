import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import {
  AttachThingPrincipalCommand,
  CreateThingCommand,
  RegisterCertificateWithoutCACommand,
  UpdateCertificateCommand,
} from '@aws-sdk/client-iot'
import type { HttpResponse } from '../../src/core/seam/http.ts'
import type { ConnectRequest } from '../../src/core/seam/mqtt.ts'
import { accessKeys } from '../../src/dialect/aws/auth/access-keys.ts'
import { signatureFault } from '../../src/dialect/aws/auth/signature.ts'
import { AwsBroker, connectRequest, mutualTls, upgrade } from '../builders/aws-connections.ts'
import { presignUrl, signRequest, type KeyPair } from '../builders/sign-request.ts'
import { textOf } from '../../src/core/said.ts'

const FAR = { local: false, remoteAddress: '192.168.1.9' }
const HOST = 'hub.lan:8443'

let broker: AwsBroker
let keys: KeyPair
for (const mode of ['open', 'strict'] as const) {
  describe(`from elsewhere than this machine, ${mode} mode`, () => {
    before(() => {
      broker = new AwsBroker({ settings: { mode } })
      const [id, secret] = broker.turn((ctx) => accessKeys.list(ctx)).result
      keys = { accessKeyId: id!.value, secretAccessKey: secret!.value }
    })

    /** What a verdict says to people; `let in` if it does. */
    const verdict = (request: ConnectRequest): string => {
      const outcome = broker.authenticate(request)
      return outcome.accept ? `let in as ${outcome.identity.principal}` : textOf(outcome.reason)
    }

    test('nothing that a client says of itself lets it in', () => {
      assert.match(verdict(connectRequest('far', FAR)), /needs a certificate, over TLS: `iot-hub device add aws NAME`/)
      for (const username of ['u?x-amz-customauthorizer-name=N', '?x-amz-customauthorizer-name=N&SDK=x']) {
        assert.match(
          verdict(connectRequest('far', { ...FAR, username, password: Buffer.from('p') })),
          /no custom authorizer "N".*this machine only/,
        )
      }
      assert.match(verdict(connectRequest('far', { ...FAR, username: '?SDK=x' })), /needs a certificate/)
      assert.match(
        verdict(connectRequest('far', { ...FAR, ...upgrade('/mqtt?x-amz-customauthorizer-name=N') })),
        /this machine only/,
      )
      assert.equal(broker.engine.devices.size, 0)
    })

    test('an authorizer in the user name does not get round the policies of a certificate', async () => {
      await broker.iot.send(
        new RegisterCertificateWithoutCACommand({
          certificatePem: mutualTls('pump').certificate!.pem,
          status: 'ACTIVE',
        }),
      )
      assert.match(
        verdict(mutualTls('pump', { ...FAR, username: 'u?x-amz-customauthorizer-name=N' })),
        /this machine only/,
      )
    })

    test('a certificate lets in that was registered, until it is revoked', async () => {
      const { pem, sha256 } = mutualTls('lamp').certificate!
      await broker.iot
        .send(new RegisterCertificateWithoutCACommand({ certificatePem: pem, status: 'ACTIVE' }))
        .catch(() => {})
      if (mode === 'open') assert.match(verdict(mutualTls('lamp', FAR)), /^let in/)
      await broker.iot.send(new UpdateCertificateCommand({ certificateId: sha256, newStatus: 'REVOKED' }))
      assert.match(verdict(mutualTls('lamp', FAR)), /is REVOKED/)
    })

    test('a WebSocket that is signed with the hub’s key pair is let in, one that is signed otherwise is not', async () => {
      assert.equal(verdict(await signedUpgrade(keys)), `let in as ${keys.accessKeyId}`)
      assert.equal(verdict(await signedUpgrade(keys, { token: 'of a session' })), `let in as ${keys.accessKeyId}`)
      assert.match(
        verdict(await signedUpgrade({ ...keys, secretAccessKey: 'x'.repeat(40) })),
        /does not match.*`iot-hub keys`/,
      )
      assert.match(
        verdict(await signedUpgrade({ accessKeyId: 'local', secretAccessKey: 'local' })),
        /"local" is no access key of this hub/,
      )
      assert.match(verdict(await signedUpgrade(keys, { at: broker.now - 3_600_000 })), /expired/)
    })

    test('requests are taken that are signed with the hub’s key pair, others get AWS’s own exceptions', async () => {
      const ask = async (credentials: KeyPair, change: Partial<Ask> = {}): Promise<string> => {
        const request = { method: 'GET', path: '/things', query: { maxResults: '2' }, ...change }
        const signed = await signRequest(
          credentials,
          { ...request, host: HOST },
          'iot',
          new Date(change.at ?? broker.now),
        )
        return outcome(
          broker.request(request.method, urlOf(request), { headers: { ...signed, ...change.headers }, ...FAR }),
        )
      }
      assert.equal(await ask(keys), '200')
      assert.equal(await ask(keys, { path: '/things/a%3Ab_c', query: {} }), '404 ResourceNotFoundException')
      assert.equal(await ask({ ...keys, secretAccessKey: 'x'.repeat(40) }), '403 InvalidSignatureException')
      assert.equal(await ask({ accessKeyId: 'local', secretAccessKey: 'local' }), '403 UnrecognizedClientException')
      assert.equal(await ask(keys, { at: broker.now - 16 * 60_000 }), '403 InvalidSignatureException')
      assert.equal(await ask(keys, { at: broker.now + 16 * 60_000 }), '403 InvalidSignatureException')
      assert.equal(await ask(keys, { headers: { host: 'elsewhere' } }), '403 InvalidSignatureException')
      assert.equal(outcome(broker.request('GET', '/things', FAR)), '403 MissingAuthenticationTokenException')
      const broken = {
        authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/20260101/r/iot/aws4_request, SignedHeaders=host;constructor, Signature=00`,
        host: HOST,
      }
      assert.equal(
        outcome(broker.request('GET', '/things', { ...FAR, headers: broken })),
        '400 IncompleteSignatureException',
      )
    })

    test('a certificate asks on the data planes, and the hub’s own token on all of them', async () => {
      await broker.iot.send(new CreateThingCommand({ thingName: 'lamp' }))
      const { certificate } = mutualTls('lamp')
      await broker.iot.send(new UpdateCertificateCommand({ certificateId: certificate!.sha256, newStatus: 'ACTIVE' }))
      await broker.iot.send(
        new AttachThingPrincipalCommand({
          thingName: 'lamp',
          principal: `arn:aws:iot:us-east-1:123456789012:cert/${certificate!.sha256}`,
        }),
      )
      const shadow = '/things/lamp/shadow'
      assert.equal(
        outcome(broker.request('GET', shadow, { ...FAR, certificate: certificate! })),
        mode === 'open' ? '404 ResourceNotFoundException' : '403 ForbiddenException',
      )
      assert.equal(
        outcome(broker.request('GET', '/policies', { ...FAR, certificate: certificate! })),
        '404 UnknownOperationException',
        'no control plane for devices',
      )
      assert.equal(outcome(broker.request('GET', '/policies', { ...FAR, operator: true })), '200')
      assert.equal(outcome(broker.request('GET', shadow, { ...FAR, operator: true })), '404 ResourceNotFoundException')
    })
  })
}

test('a certificate that open mode took by itself counts on this machine only, until somebody registers it', async () => {
  const one = new AwsBroker()
  assert.equal(one.authenticate(mutualTls('lamp')).accept, true)
  const far = one.authenticate(mutualTls('lamp', FAR))
  assert.ok(
    !far.accept &&
      far.drop === true &&
      /only taken from this machine.*register-certificate-without-ca/.test(textOf(far.reason)),
  )
  await one.iot.send(
    new RegisterCertificateWithoutCACommand({ certificatePem: mutualTls('lamp').certificate!.pem, status: 'ACTIVE' }),
  )
  assert.equal(one.authenticate(mutualTls('lamp', FAR)).accept, true)
})

test('a signature of AWS’s documentation is right, and any change to what it signs makes it wrong', () => {
  // [SigV4: the example of IAM's ListUsers]
  const at = Date.UTC(2015, 7, 30, 12, 36)
  const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
  const signature = '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7'
  const headers = {
    host: 'iam.amazonaws.com',
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    'x-amz-date': '20150830T123600Z',
    authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=${signature}`,
  }
  const request = {
    method: 'GET',
    path: '/',
    query: new URLSearchParams('Action=ListUsers&Version=2010-05-08'),
    headers,
    body: Buffer.alloc(0),
  }
  assert.equal(signatureFault(request, secret, at), undefined)
  const changes = [
    { method: 'POST' },
    { path: '/x' },
    { query: new URLSearchParams('Action=ListUsers') },
    { body: Buffer.from('x') },
    { headers: { ...headers, 'content-type': 'text/plain' } },
    { headers: { ...headers, authorization: headers.authorization.replace('us-east-1', 'us-west-1') } },
    { headers: { ...headers, authorization: headers.authorization.replace(/5d(?=672)/, '5e') } },
  ]
  for (const change of changes)
    assert.equal(
      signatureFault({ ...request, ...change }, secret, at)?.type,
      'InvalidSignatureException',
      JSON.stringify(change),
    )
  const incomplete = [
    'Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, ',
    ', Signature=' + signature,
    'host;',
    ';x-amz-date',
    'HMAC-',
    '20150830/',
  ]
  for (const part of incomplete) {
    const authorization = headers.authorization.replace(part, '')
    assert.notEqual(authorization, headers.authorization)
    assert.equal(
      signatureFault({ ...request, headers: { ...headers, authorization } }, secret, at)?.type,
      'IncompleteSignatureException',
      part,
    )
  }
})

test('the key pair is made once, has the form of AWS’s, and may be changed', () => {
  const one = new AwsBroker()
  const list = (): string[] => one.turn((ctx) => accessKeys.list(ctx)).result.map(({ value }) => value)
  const [id, secret] = list()
  assert.match(id!, /^AKIALOCAL[A-Z2-7]{11}$/)
  assert.match(secret!, /^[A-Za-z0-9+/]{40}$/)
  assert.deepEqual(list(), [id, secret])
  one.turn((ctx) => accessKeys.set(ctx, 'AWS_SECRET_ACCESS_KEY', 'a secret of our own'.replaceAll(' ', '-')))
  assert.deepEqual(list(), [id, 'a-secret-of-our-own'])
  const set = (name: string, value: string) => () => one.turn((ctx) => accessKeys.set(ctx, name, value))
  assert.throws(set('AWS_SECRET_ACCESS_KEY', 'short'), (error: Error) => !error.message.includes('short'))
  assert.throws(set('AWS_ACCESS_KEY_ID', 'no key'), /16 to 128 letters/)
  assert.throws(set('PASSWORD', 'x'.repeat(20)), /must be AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY/)
  assert.deepEqual(list(), [id, 'a-secret-of-our-own'])
})

interface Ask {
  method: string
  path: string
  query: Record<string, string>
  headers: Record<string, string>
  at: number
}

const urlOf = ({ path, query }: Pick<Ask, 'path' | 'query'>): string => `${path}?${new URLSearchParams(query)}`

const outcome = ({ status, headers }: HttpResponse): string =>
  [status, headers?.['x-amzn-errortype']].filter((part) => part !== undefined).join(' ')

/** As device SDKs do it: the token, if there is one, is appended to the URL that has been signed [aws 1.4]. */
async function signedUpgrade(
  credentials: KeyPair,
  { at = broker.now, token }: { at?: number; token?: string } = {},
): Promise<ConnectRequest> {
  const signed = await presignUrl(
    credentials,
    { method: 'GET', path: '/mqtt', host: HOST },
    'iotdevicegateway',
    new Date(at),
  )
  const url = `${signed}${token === undefined ? '' : `&X-Amz-Security-Token=${encodeURIComponent(token)}`}`
  return connectRequest('far', { ...FAR, transport: 'wss', ...upgrade(url, { host: HOST }) })
}

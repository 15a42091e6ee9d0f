import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import {
  DeleteThingCommand,
  DescribeCertificateCommand,
  DescribeThingCommand,
  ListThingPrincipalsCommand,
} from '@aws-sdk/client-iot'
import type { IssuedCertificate } from '../../src/core/seam/needs.ts'
import { aws } from '../../src/dialect/aws/index.ts'
import type { ConnectionKit } from '../../src/dialect/dialect.ts'
import { AwsBroker, deviceCertificate, mutualTls } from '../builders/aws-connections.ts'
import { tlsCredentials } from '../builders/tls-credentials.ts'

const CA = '-----BEGIN CERTIFICATE-----\nca\n-----END CERTIFICATE-----\n'
const issued: IssuedCertificate = {
  pem: tlsCredentials.clientCert,
  sha256: deviceCertificate.sha256,
  privateKey: tlsCredentials.clientKey,
}

const enrol = (bench: AwsBroker, name = 'pump'): ConnectionKit =>
  bench.turn((ctx) => aws.enrolment.enrol(ctx, name, [issued], CA)).result
const valueOf = ({ facts }: ConnectionKit, label: string): string | undefined =>
  facts.find((fact) => fact.label === label)?.value
const codeOf = ({ snippets }: ConnectionKit, id: string): string =>
  snippets.find((snippet) => snippet.id === id)?.code ?? ''

test('a new thing has an active certificate of its own, and the kit has what its firmware needs', async () => {
  const bench = new AwsBroker()
  const kit = enrol(bench)
  assert.equal((await bench.iot.send(new DescribeThingCommand({ thingName: 'pump' }))).thingName, 'pump')
  const { principals } = await bench.iot.send(new ListThingPrincipalsCommand({ thingName: 'pump' }))
  assert.deepEqual(
    principals?.map((principal) => principal.split('/')[1]),
    [deviceCertificate.sha256],
  )
  const { certificateDescription } = await bench.iot.send(
    new DescribeCertificateCommand({ certificateId: deviceCertificate.sha256 }),
  )
  assert.equal(certificateDescription?.status, 'ACTIVE')
  assert.deepEqual(
    [valueOf(kit, 'Endpoint'), valueOf(kit, 'MQTT over TLS port'), valueOf(kit, 'Thing name and client id')],
    ['localhost', '8883', 'pump'],
  )
  assert.deepEqual(kit.files, [
    { name: 'device.pem.crt', content: issued.pem },
    { name: 'private.pem.key', content: issued.privateKey, secret: true },
    { name: 'ca.pem', content: CA },
  ])
  for (const { value, secret } of kit.facts) assert.equal(value.includes('PRIVATE KEY'), secret === true)
  assert.deepEqual(
    kit.snippets.map(({ id }) => id),
    ['node', 'python', 'c', 'mosquitto', 'operator'],
  )
})

test('an RSA key is written as AWS writes it, for firmware that looks for that', () => {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const bench = new AwsBroker()
  const kit = bench.turn((ctx) => aws.enrolment.enrol(ctx, 'pump', [{ ...issued, privateKey }], CA)).result
  const written = kit.files.find(({ secret }) => secret)?.content ?? ''
  assert.match(written, /^-----BEGIN RSA PRIVATE KEY-----\n/)
  assert.ok(createPrivateKey(written).equals(createPrivateKey(privateKey)))
})

test('asked again, the kit has another certificate, and says so', () => {
  const bench = new AwsBroker()
  assert.match(valueOf(enrol(bench), 'Note') ?? '', /cannot be shown again/)
  assert.match(valueOf(enrol(bench), 'Note') ?? '', /a new certificate, besides/)
})

test('a name that AWS would not take is refused, and nothing is registered', () => {
  const bench = new AwsBroker()
  assert.throws(() => enrol(bench, 'a b'), { code: 'INVALID', message: /must be 1 to 128/ })
  assert.equal(bench.engine.devices.size, 0)
})

test('in strict mode the certificate has a policy, so that it can connect at once', () => {
  const bench = new AwsBroker({ settings: { mode: 'strict' } })
  assert.equal(bench.authenticate(mutualTls('pump')).accept, false)
  const kit = enrol(bench)
  assert.ok(valueOf(kit, 'Policy') !== undefined)
  assert.equal(bench.authenticate(mutualTls('pump')).accept, true)
})

test('a thing that people remove takes its attachments along', async () => {
  const bench = new AwsBroker()
  enrol(bench)
  await assert.rejects(bench.iot.send(new DeleteThingCommand({ thingName: 'pump' })), /while principals are attached/)
  bench.turn((ctx) => ctx.engine.devices.delete(ctx.turn, 'aws/pump'))
  bench.turn((ctx) => ctx.engine.devices.create(ctx.turn, { dialect: 'aws', name: 'pump' }))
  assert.deepEqual((await bench.iot.send(new ListThingPrincipalsCommand({ thingName: 'pump' }))).principals, [])
})

test('the C header holds the same PEM as the files', () => {
  const header = codeOf(enrol(new AwsBroker()), 'c')
  const defined = (name: string): string => {
    const [, body = ''] = new RegExp(`#define ${name} \\\\\\n([\\s\\S]*?)\\n\\n`).exec(header) ?? []
    return body
      .split(' \\\n')
      .map((line) => JSON.parse(line.trim()) as string)
      .join('')
  }
  assert.equal(
    new X509Certificate(defined('CLIENT_CERTIFICATE_PEM')).fingerprint256,
    new X509Certificate(issued.pem).fingerprint256,
  )
  assert.equal(createPrivateKey(defined('CLIENT_PRIVATE_KEY_PEM')).type, 'private')
  assert.equal(defined('ROOT_CA_CERT_PEM'), CA)
  assert.match(header, /#define AWS_IOT_ENDPOINT "localhost"\n#define AWS_MQTT_PORT 8883\n#define THING_NAME "pump"\n/)
})

test('who looks at what a kit would hold makes no certificate', () => {
  const bench = new AwsBroker()
  bench.turn((ctx) => aws.enrolment.register(ctx, 'pump'))
  const offer = bench.turn((ctx) => aws.enrolment.offer(ctx, 'pump')).result
  assert.deepEqual(
    offer.snippets.map(({ file }) => file),
    ['device.mjs', 'device.py', 'aws_iot_device.h', 'mosquitto.sh', 'operator.sh'],
  )
  assert.deepEqual(bench.turn((ctx) => aws.enrolment.credentials(ctx, 'pump')).result, [])
})

test('a certificate that two things have is detached from the one it is deleted from', async () => {
  const bench = new AwsBroker({ settings: { mode: 'strict' } })
  enrol(bench, 'pump')
  enrol(bench, 'fan')
  const credentials = (name: string) => bench.turn((ctx) => aws.enrolment.credentials(ctx, name)).result
  const [shared] = credentials('pump')
  assert.deepEqual(
    [shared?.id, shared?.status, shared?.alsoOf, shared?.can],
    [deviceCertificate.sha256, 'active', ['fan'], ['revoke', 'delete']],
  )
  bench.turn((ctx) => aws.enrolment.withdraw(ctx, 'pump', shared!, 'delete'))
  assert.deepEqual([credentials('pump'), credentials('fan').map(({ alsoOf }) => alsoOf)], [[], [[]]])
  bench.turn((ctx) => aws.enrolment.withdraw(ctx, 'fan', credentials('fan')[0]!, 'delete'))
  await assert.rejects(bench.iot.send(new DescribeCertificateCommand({ certificateId: deviceCertificate.sha256 })), {
    name: 'ResourceNotFoundException',
  })
})

import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CertificateStateException,
  CertificateValidationException,
  CreateCertificateFromCsrCommand,
  CreateKeysAndCertificateCommand,
  CreatePolicyCommand,
  CreateThingCommand,
  DeleteCertificateCommand,
  DeleteConflictException,
  DescribeCertificateCommand,
  DetachThingPrincipalCommand,
  InvalidRequestException,
  ListCertificatesCommand,
  ListPrincipalThingsCommand,
  ListPrincipalThingsV2Command,
  ListThingPrincipalsCommand,
  ListThingPrincipalsV2Command,
  RegisterCertificateCommand,
  RegisterCertificateWithoutCACommand,
  ResourceNotFoundException,
  UpdateCertificateCommand,
} from '@aws-sdk/client-iot'
import { AwsBroker, deviceCertificate, mutualTls } from '../builders/aws-connections.ts'
import { AwsInProcess } from '../builders/aws-in-process.ts'
import { failsWith } from '../builders/fails-with.ts'
import { tlsCredentials } from '../builders/tls-credentials.ts'

const { sha256: id, pem } = deviceCertificate
const arn = `arn:aws:iot:us-west-2:123456789012:cert/${id}`
const registered = async () => {
  const broker = new AwsBroker()
  await broker.iot.send(new RegisterCertificateWithoutCACommand({ certificatePem: pem, status: 'ACTIVE' }))
  return broker
}

test('keys and certificate come from the hub, active if asked, the private key as PKCS#1', async () => {
  const broker = new AwsBroker()
  const needs: unknown[] = []
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  broker.fulfil = (need) => {
    needs.push(need)
    return { pem, sha256: id, ...keys }
  }
  const created = await broker.iot.send(new CreateKeysAndCertificateCommand({ setAsActive: true }))
  assert.deepEqual([created.certificateArn, created.certificateId, created.certificatePem], [arn, id, pem])
  const { PublicKey, PrivateKey = '' } = created.keyPair ?? {}
  assert.equal(PublicKey, keys.publicKey)
  assert.match(PrivateKey, /^-----BEGIN RSA PRIVATE KEY-----\n[\s\S]+\n-----END RSA PRIVATE KEY-----\n$/)
  assert.ok(createPrivateKey(PrivateKey).equals(createPrivateKey(keys.privateKey)))
  assert.deepEqual(needs, [{ type: 'certificate', commonName: 'AWS IoT Certificate', days: 8760 }])
  const { certificateDescription } = await broker.iot.send(new DescribeCertificateCommand({ certificateId: id }))
  assert.equal(certificateDescription?.status, 'ACTIVE')
  assert.deepEqual(certificateDescription?.validity, {
    notBefore: new Date(Date.UTC(2020, 0, 1)),
    notAfter: new Date(Date.UTC(2120, 0, 1)),
  })
})

test('a certificate is described with every member that AWS describes it with', async () => {
  const broker = new AwsBroker()
  const { iot } = broker
  const made = new Date(broker.now)
  await iot.send(new RegisterCertificateWithoutCACommand({ certificatePem: pem, status: 'ACTIVE' }))
  const describe = async () => {
    const { certificateDescription } = await iot.send(new DescribeCertificateCommand({ certificateId: id }))
    return certificateDescription
  }
  const { generationId = '', ...described } = (await describe()) ?? {}
  assert.match(generationId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  const about = {
    certificateArn: arn,
    certificateId: id,
    certificatePem: pem,
    ownedBy: '123456789012',
    creationDate: made,
    transferData: {},
    validity: { notBefore: new Date(Date.UTC(2020, 0, 1)), notAfter: new Date(Date.UTC(2120, 0, 1)) },
    certificateMode: 'DEFAULT',
  }
  assert.deepEqual(described, { ...about, status: 'ACTIVE', lastModifiedDate: made, customerVersion: 1 })
  broker.now += 60_000
  await iot.send(new UpdateCertificateCommand({ certificateId: id, newStatus: 'INACTIVE' }))
  const changed = { status: 'INACTIVE', lastModifiedDate: new Date(broker.now), customerVersion: 2 }
  assert.deepEqual(await describe(), { ...about, ...changed, generationId })
})

test('a signing request brings its own key, and is inactive unless asked', async () => {
  const broker = new AwsBroker()
  broker.fulfil = (need) =>
    need.type === 'certificate' && need.csr === 'CSR' ? { pem, sha256: id } : new Error('malformed')
  const { certificateId } = await broker.iot.send(
    new CreateCertificateFromCsrCommand({ certificateSigningRequest: 'CSR' }),
  )
  const { certificateDescription } = await broker.iot.send(new DescribeCertificateCommand({ certificateId }))
  assert.equal(certificateDescription?.status, 'INACTIVE')
  const refused = broker.iot.send(new CreateCertificateFromCsrCommand({ certificateSigningRequest: 'nonsense' }))
  assert.match((await failsWith(InvalidRequestException, refused)).message, /malformed/)
  await failsWith(
    InvalidRequestException,
    broker.iot.send(new CreateCertificateFromCsrCommand({ certificateSigningRequest: '' })),
  )
})

test('what is no certificate is not registered, and a CA is not modelled', async () => {
  const { iot } = new AwsBroker()
  await failsWith(
    CertificateValidationException,
    iot.send(new RegisterCertificateWithoutCACommand({ certificatePem: 'nonsense' })),
  )
  await failsWith(InvalidRequestException, iot.send(new RegisterCertificateCommand({ certificatePem: pem })))
  assert.deepEqual((await iot.send(new ListCertificatesCommand({}))).certificates, [])
})

test('deactivating a certificate drops its live sessions, and only those', async () => {
  const broker = await registered()
  const { connection } = broker.come(mutualTls('lamp'))
  broker.come(mutualTls('other', { certificate: { ...deviceCertificate, sha256: '00'.repeat(32) } }))
  const gone = broker.come(mutualTls('gone')).connection
  broker.go(gone)
  await broker.iot.send(new UpdateCertificateCommand({ certificateId: id, newStatus: 'INACTIVE' }))
  assert.deepEqual(
    broker.acts.map(({ action }) => action),
    [{ type: 'disconnect', connection: connection.id, reason: 'FORBIDDEN', note: `certificate ${id} is now INACTIVE` }],
  )
  assert.equal(broker.authenticate(mutualTls('lamp')).accept, false)
})

test('a certificate that was deactivated while its client was on the way in is dropped at once', async () => {
  const broker = await registered()
  const verdict = broker.authenticate(mutualTls('lamp'))
  assert.ok(verdict.accept)
  await broker.iot.send(new UpdateCertificateCommand({ certificateId: id, newStatus: 'REVOKED' }))
  const authenticate = broker.authenticate.bind(broker)
  broker.authenticate = () => verdict
  const { outcome } = broker.come(mutualTls('lamp'))
  broker.authenticate = authenticate
  assert.equal(outcome.acts[0]?.action.type, 'disconnect')
})

test('statuses that belong to transfers are refused', async () => {
  const broker = await registered()
  await failsWith(
    InvalidRequestException,
    broker.iot.send(new UpdateCertificateCommand({ certificateId: id, newStatus: 'PENDING_TRANSFER' })),
  )
  await failsWith(
    ResourceNotFoundException,
    broker.iot.send(new UpdateCertificateCommand({ certificateId: '00'.repeat(32), newStatus: 'ACTIVE' })),
  )
  await failsWith(InvalidRequestException, broker.iot.send(new DescribeCertificateCommand({ certificateId: 'short' })))
})

test('a certificate is deleted when it is neither active nor in use', async () => {
  const { iot } = await registered()
  const remove = (forceDelete = false) => iot.send(new DeleteCertificateCommand({ certificateId: id, forceDelete }))
  await iot.send(new CreateThingCommand({ thingName: 'lamp' }))
  await iot.send(new AttachThingPrincipalCommand({ thingName: 'lamp', principal: arn }))
  await iot.send(
    new CreatePolicyCommand({
      policyName: 'p',
      policyDocument: '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
    }),
  )
  await iot.send(new AttachPolicyCommand({ policyName: 'p', target: arn }))
  await failsWith(CertificateStateException, remove(true))
  await iot.send(new UpdateCertificateCommand({ certificateId: id, newStatus: 'INACTIVE' }))
  assert.match((await failsWith(DeleteConflictException, remove(true))).message, /Things/)
  await iot.send(new DetachThingPrincipalCommand({ thingName: 'lamp', principal: arn }))
  assert.match((await failsWith(DeleteConflictException, remove())).message, /Policies/)
  await remove(true)
  await failsWith(ResourceNotFoundException, remove())
})

test('certificates are listed newest first, or oldest first, page by page', async () => {
  const broker = await registered()
  broker.now += 1000
  await broker.iot.send(new RegisterCertificateWithoutCACommand({ certificatePem: tlsCredentials.ca }))
  const page = async (input: object) => {
    const { certificates = [], nextMarker } = await broker.iot.send(new ListCertificatesCommand(input))
    return { ids: certificates.map(({ certificateId }) => certificateId), nextMarker }
  }
  const newest = await page({})
  assert.deepEqual(newest.ids.at(-1), id)
  assert.deepEqual((await page({ ascendingOrder: true })).ids, newest.ids.toReversed())
  const first = await page({ pageSize: 1 })
  assert.deepEqual(first.ids, newest.ids.slice(0, 1))
  assert.deepEqual((await page({ pageSize: 1, marker: first.nextMarker })).ids, [id])
})

test('principals are attached to things, listed both ways, and exclusive where asked', async () => {
  const { iot } = await registered()
  for (const thingName of ['a', 'b']) await iot.send(new CreateThingCommand({ thingName }))
  const attach = (thingName: string, thingPrincipalType?: 'EXCLUSIVE_THING' | 'NON_EXCLUSIVE_THING') =>
    iot.send(
      new AttachThingPrincipalCommand({ thingName, principal: arn, ...(thingPrincipalType && { thingPrincipalType }) }),
    )
  await attach('a')
  await attach('b')
  assert.deepEqual((await iot.send(new ListThingPrincipalsCommand({ thingName: 'a' }))).principals, [arn])
  assert.deepEqual((await iot.send(new ListPrincipalThingsCommand({ principal: arn }))).things, ['a', 'b'])
  await failsWith(InvalidRequestException, attach('a', 'EXCLUSIVE_THING'))
  await iot.send(new DetachThingPrincipalCommand({ thingName: 'b', principal: arn }))
  await failsWith(
    ResourceNotFoundException,
    iot.send(new DetachThingPrincipalCommand({ thingName: 'b', principal: arn })),
  )
  await attach('a', 'EXCLUSIVE_THING')
  await failsWith(InvalidRequestException, attach('b'))
  const { thingPrincipalObjects } = await iot.send(new ListThingPrincipalsV2Command({ thingName: 'a' }))
  assert.deepEqual(thingPrincipalObjects, [{ principal: arn, thingPrincipalType: 'EXCLUSIVE_THING' }])
  const { principalThingObjects } = await iot.send(new ListPrincipalThingsV2Command({ principal: arn }))
  assert.deepEqual(principalThingObjects, [{ thingName: 'a', thingPrincipalType: 'EXCLUSIVE_THING' }])
  await failsWith(
    ResourceNotFoundException,
    iot.send(new AttachThingPrincipalCommand({ thingName: 'a', principal: arn.replace(id, '00'.repeat(32)) })),
  )
})

test('no keys are made, and no signing request is read, for a caller without credentials', () => {
  const strict = new AwsInProcess({ settings: { mode: 'strict' } })
  let made = 0
  strict.fulfil = () => {
    made += 1
    return new Error('made for nothing')
  }
  for (const [path, body] of [
    ['/keys-and-certificate', ''],
    ['/certificates', '{"certificateSigningRequest":"nonsense"}'],
    ['/certificates', '{'],
    ['/jobs/j', '{'],
  ] as const) {
    const { status, body: said } = strict.request(path === '/jobs/j' ? 'PUT' : 'POST', path, { body })
    assert.equal(status, 403, `${path}: ${String(said)}`)
  }
  assert.equal(made, 0)
})

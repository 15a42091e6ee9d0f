import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { webcrypto } from 'node:crypto'
import { openCertificates } from '../../src/net/certificates.ts'

let directory: string
const path = (file: string): string => join(directory, file)
const text = (file: string): Promise<string> => readFile(path(file), 'utf8')

before(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'certificates-')), 'made', 'for', 'it')
  await openCertificates({ directory })
})
after(() => rm(join(directory, '..', '..', '..'), { recursive: true }))

test('the first start makes an authority and a server certificate that strict clients accept', async () => {
  const authority = new X509Certificate(await text('ca.pem'))
  const server = new X509Certificate(await text('server.pem'))
  assert.ok(authority.ca)
  assert.ok(!server.ca)
  assert.ok(server.checkIssued(authority) && server.verify(authority.publicKey))
  assert.ok(server.checkPrivateKey(createPrivateKey(await text('server-key.pem'))))
  assert.deepEqual(
    [server.publicKey.asymmetricKeyType, server.publicKey.asymmetricKeyDetails?.modulusLength],
    ['rsa', 2048],
  )
  assert.deepEqual(server.keyUsage, ['1.3.6.1.5.5.7.3.1'])
  assert.ok(
    server.checkHost('localhost') !== undefined &&
      server.checkIP('127.0.0.1') !== undefined &&
      server.checkIP('::1') !== undefined,
  )
  assert.ok(Date.parse(server.validTo) - Date.parse(server.validFrom) <= 398 * 86_400_000)
})

test('beside the RSA certificate there is an ECDSA one, of the same authority and for the same names', async () => {
  const authority = new X509Certificate(await text('ca.pem'))
  const [rsa, ec] = [new X509Certificate(await text('server.pem')), new X509Certificate(await text('server-ec.pem'))]
  assert.ok(ec.checkIssued(authority) && ec.verify(authority.publicKey))
  assert.ok(ec.checkPrivateKey(createPrivateKey(await text('server-ec-key.pem'))))
  const { asymmetricKeyType, asymmetricKeyDetails } = ec.publicKey
  assert.deepEqual([asymmetricKeyType, asymmetricKeyDetails?.namedCurve], ['ec', 'prime256v1'])
  assert.deepEqual([ec.subjectAltName, ec.subject, ec.keyUsage], [rsa.subjectAltName, rsa.subject, rsa.keyUsage])
  const { tls } = await openCertificates({ directory })
  assert.deepEqual([...tls.cert].sort(), [await text('server.pem'), await text('server-ec.pem')].sort())
})

test('a folder of a hub that made no ECDSA certificate gets one, and keeps the rest', async () => {
  const kept = ['ca.pem', 'ca-key.pem', 'server.pem', 'server-key.pem']
  const before = await Promise.all(kept.map(text))
  const names = ['hub.lan', '192.168.1.7', 'fe80::1']
  for (const file of ['server-ec.pem', 'server-ec-key.pem']) await rm(path(file))
  const { tls } = await openCertificates({ directory })
  assert.deepEqual(await Promise.all(kept.map(text)), before)
  assert.equal(tls.cert.length, 2)
  const ec = await text('server-ec.pem')
  await openCertificates({ directory, names })
  assert.notEqual(await text('server-ec.pem'), ec)
  assert.ok(new X509Certificate(await text('server-ec.pem')).checkHost('hub.lan') !== undefined)
  await openCertificates({ directory })
})

test('private keys are readable by their owner only', async () => {
  const expected = process.platform === 'win32' ? 0o666 : 0o600
  for (const file of ['ca-key.pem', 'server-key.pem', 'server-ec-key.pem']) {
    assert.equal((await stat(path(file))).mode & 0o777, expected)
  }
})

test('another start finds what is there; other names, or an end in sight, bring a new server certificate of the same authority', async () => {
  const [authority, server] = [await text('ca.pem'), await text('server.pem')]
  await openCertificates({ directory, names: ['::1', '0:0:0:0:0:0:0:1'] })
  assert.equal(await text('server.pem'), server)
  const named = await openCertificates({ directory, names: ['hub.lan', '192.168.1.7', 'fe80::1'] })
  const namedServer = await text('server.pem')
  assert.notEqual(namedServer, server)
  assert.ok(named.tls.cert.includes(namedServer))
  const certificate = new X509Certificate(namedServer)
  assert.ok(
    certificate.checkHost('hub.lan') !== undefined &&
      certificate.checkIP('192.168.1.7') !== undefined &&
      certificate.checkIP('fe80::1') !== undefined,
  )
  const again = await openCertificates({ directory, names: ['fe80:0::1', 'hub.lan', '192.168.1.7'] })
  assert.deepEqual(again.tls.cert, named.tls.cert)
  const renewed = await openCertificates({
    directory,
    names: ['hub.lan', '192.168.1.7', 'fe80::1'],
    now: () => Date.parse(certificate.validTo) - 29 * 86_400_000,
  })
  assert.ok(renewed.tls.cert.every((one) => !named.tls.cert.includes(one)))
  assert.equal(await text('ca.pem'), authority)
  assert.equal(renewed.caFile, path('ca.pem'))
})

test('damaged, missing and foreign files are refused and stay as they are', async () => {
  const other = await openCertificates()
  for (const file of ['ca.pem', 'ca-key.pem', 'server.pem', 'server-key.pem', 'server-ec.pem', 'server-ec-key.pem']) {
    const before = await text(file)
    for (const [wrong, why] of [
      ['', /is damaged/],
      [before.slice(0, 200), /is damaged/],
      [undefined, /is missing, but .*is there/],
      [(file.includes('key') ? other.tls.key : other.tls.cert)[0], /does not belong to/],
    ] as const) {
      if (wrong === undefined) await rm(path(file))
      else await writeFile(path(file), wrong)
      await assert.rejects(openCertificates({ directory }), { code: 'INVALID', message: why })
      if (wrong !== undefined) assert.equal(await text(file), wrong)
      await writeFile(path(file), before)
    }
  }
  await assert.rejects(
    openCertificates({ directory, now: () => Date.now() + 11 * 365 * 86_400_000 }),
    /ca\.pem expired/,
  )
})

test('a client certificate is signed by the authority, with a key of its own', async () => {
  const certificates = await openCertificates({ directory })
  const issued = await certificates.issueClientCertificate({ commonName: 'a, b=c "d"', days: 30 })
  const certificate = new X509Certificate(issued.pem)
  const authority = new X509Certificate(certificates.tls.ca)
  assert.ok(certificate.checkIssued(authority) && certificate.verify(authority.publicKey))
  assert.equal(certificate.toLegacyObject().subject.CN, 'a, b=c "d"')
  assert.equal(certificate.fingerprint256.replaceAll(':', '').toLowerCase(), issued.sha256)
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2'])
  assert.ok(certificate.checkPrivateKey(createPrivateKey(issued.privateKey ?? '')))
  assert.ok(createPublicKey(issued.publicKey ?? '').equals(certificate.publicKey))
  assert.ok(Math.abs(Date.parse(certificate.validTo) - Date.now() - 30 * 86_400_000) < 60_000)
})

test('a signing request keeps its key and subject; one that is malformed or not signed by its own key is refused', async () => {
  const certificates = await openCertificates({ directory })
  await import('reflect-metadata')
  const { Pkcs10CertificateRequestGenerator } = await import('@peculiar/x509')
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: 'CN=board 7, O=Acme',
    keys,
    signingAlgorithm: algorithm,
  })
  const issued = await certificates.issueClientCertificate({
    commonName: 'unused',
    days: 1,
    csr: request.toString('pem'),
  })
  const certificate = new X509Certificate(issued.pem)
  assert.equal(certificate.subject, 'CN=board 7\nO=Acme')
  assert.equal(certificate.publicKey.asymmetricKeyType, 'ec')
  assert.equal(issued.privateKey, undefined)
  const bytes = Buffer.from(request.rawData)
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString('base64')}\n-----END CERTIFICATE REQUEST-----`
  const { publicKey } = generateKeyPairSync('ed25519')
  for (const csr of [
    '',
    'nonsense',
    forged,
    issued.pem,
    publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  ]) {
    await assert.rejects(certificates.issueClientCertificate({ commonName: 'x', days: 1, csr }), {
      code: 'INVALID',
      data: { field: 'csr' },
    })
  }
})

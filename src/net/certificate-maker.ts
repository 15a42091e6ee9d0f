import { createHash, createPrivateKey, KeyObject, webcrypto, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type {
  Extension,
  JsonGeneralNames,
  JsonName,
  Name,
  Pkcs10CertificateRequest,
  PublicKeyType,
} from '@peculiar/x509'
import { HubError } from '../core/errors.ts'
import type { IssuedCertificate } from '../core/seam/needs.ts'

/** A certificate and its private key (PKCS#8), PEM. */
export interface CertificateWithKey {
  cert: string
  key: string
}

export interface ClientCertificateRequest {
  /** The subject, unless the signing request has one. */
  commonName: string
  days: number
  /** PEM of a PKCS#10 signing request; without one, a key pair is made. */
  csr?: string
}

/** What every client of every cloud here can do: microcontrollers often know RSA only. */
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
}
/** A signature costs a server a tenth of what one of RSA costs, so who can shall have it. */
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' }
const DAY_MS = 86_400_000
const CA_DAYS = 3650
/** Some clients accept no server certificate that is valid for longer than 398 days. */
const SERVER_DAYS = 397

/** Makes X.509 certificates. Loaded when first needed: it takes longer to load than all the rest of the broker. */
const x509 = async () => {
  await import('reflect-metadata')
  return import('@peculiar/x509')
}

/** A new key pair. One of RSA takes a while, but on another thread: begin early. */
export const makeKeys = (kind: 'rsa' | 'ec' = 'rsa'): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(kind === 'rsa' ? RSA : ECDSA, true, ['sign', 'verify'])

/** A new authority. Its name is its own, so that several hubs' authorities can be told apart where they are trusted. */
export async function makeAuthority(): Promise<CertificateWithKey> {
  const [keys, { BasicConstraintsExtension, KeyUsagesExtension, KeyUsageFlags }] = await Promise.all([
    makeKeys(),
    x509(),
  ])
  const tag = Buffer.from(webcrypto.getRandomValues(new Uint8Array(4))).toString('hex')
  const extensions = [
    new BasicConstraintsExtension(true, 0, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ]
  const name = commonNameOnly(`Local IoT Hub CA ${tag}`)
  const { publicKey, privateKey } = keys
  const cert = await sign({
    subject: name,
    issuer: name,
    days: CA_DAYS,
    publicKey,
    signer: privateKey,
    signerKey: publicKey,
    extensions,
  })
  return { cert, key: pem(privateKey, 'pkcs8') }
}

/** A server certificate for these DNS names and IP addresses. */
export async function makeServerCertificate(
  authority: CertificateWithKey,
  names: readonly string[],
  { publicKey, privateKey }: webcrypto.CryptoKeyPair,
): Promise<CertificateWithKey> {
  const { SubjectAlternativeNameExtension } = await x509()
  const alternatives: JsonGeneralNames = names.map((name) => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: name }))
  const more = [new SubjectAlternativeNameExtension(alternatives)]
  const signsOnly = publicKey.algorithm.name === ECDSA.name
  const subject = commonNameOnly('localhost')
  const leaf: Leaf = { subject, days: SERVER_DAYS, publicKey, usage: 'serverAuth', signsOnly, more }
  const cert = await signLeaf(authority, leaf)
  return { cert, key: pem(privateKey, 'pkcs8') }
}

/** A client certificate. A signing request that is malformed, or not signed by its own key, is INVALID. */
export async function makeClientCertificate(
  authority: CertificateWithKey,
  { commonName, days, csr }: ClientCertificateRequest,
): Promise<IssuedCertificate> {
  if (csr !== undefined) {
    const request = await readRequest(csr)
    const subject = request.subject === '' ? commonNameOnly(commonName) : request.subjectName
    return describe(await signLeaf(authority, { subject, days, publicKey: request.publicKey, usage: 'clientAuth' }))
  }
  const keys = await makeKeys()
  const cert = await signLeaf(authority, {
    subject: commonNameOnly(commonName),
    days,
    publicKey: keys.publicKey,
    usage: 'clientAuth',
  })
  return { ...describe(cert), privateKey: pem(keys.privateKey, 'pkcs8'), publicKey: pem(keys.publicKey, 'spki') }
}

interface Leaf {
  subject: JsonName | Name
  days: number
  publicKey: PublicKeyType
  usage: 'serverAuth' | 'clientAuth'
  /** Its key cannot encrypt, unlike one of RSA [RFC 8813 3]. */
  signsOnly?: boolean
  more?: Extension[]
}

async function signLeaf(authority: CertificateWithKey, leaf: Leaf): Promise<string> {
  const { subject, days, publicKey, usage, signsOnly = false, more = [] } = leaf
  const {
    BasicConstraintsExtension,
    ExtendedKeyUsage,
    ExtendedKeyUsageExtension,
    KeyUsagesExtension,
    KeyUsageFlags,
    X509Certificate: Certificate,
  } = await x509()
  const issuer = new Certificate(authority.cert)
  const der = createPrivateKey(authority.key).export({ type: 'pkcs8', format: 'der' })
  const signer = await webcrypto.subtle.importKey('pkcs8', der, RSA, false, ['sign'])
  const extensions = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature | (signsOnly ? 0 : KeyUsageFlags.keyEncipherment), true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage[usage]]),
    ...more,
  ]
  return sign({ subject, issuer: issuer.subjectName, days, publicKey, signer, signerKey: issuer.publicKey, extensions })
}

interface ToSign {
  subject: JsonName | Name
  issuer: JsonName | Name
  days: number
  publicKey: PublicKeyType
  signer: webcrypto.CryptoKey
  signerKey: PublicKeyType
  extensions: Extension[]
}

async function sign({ subject, issuer, days, publicKey, signer, signerKey, extensions }: ToSign): Promise<string> {
  const { AuthorityKeyIdentifierExtension, SubjectKeyIdentifierExtension, X509CertificateGenerator } = await x509()
  const now = Date.now()
  const certificate = await X509CertificateGenerator.create({
    subject,
    issuer,
    // Boards without a battery wake up in the past.
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + days * DAY_MS),
    publicKey,
    signingKey: signer,
    // Python ≥ 3.13 insists on the authority's key identifier [aws 1.2].
    extensions: [
      ...extensions,
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(signerKey),
    ],
  })
  return `${certificate.toString('pem').trim()}\n`
}

async function readRequest(csr: string): Promise<Pkcs10CertificateRequest> {
  const library = await x509()
  try {
    const request = new library.Pkcs10CertificateRequest(csr)
    if (await request.verify()) return request
  } catch {
    throw new HubError('INVALID', 'csr: it is not a PEM certificate signing request (PKCS#10)', { field: 'csr' })
  }
  throw new HubError('INVALID', 'csr: it is not signed by the key it is for', { field: 'csr' })
}

/** As an object: in a text, quotes and backslashes would mean something. */
const commonNameOnly = (name: string): JsonName => [{ CN: [{ utf8String: name }] }] as unknown as JsonName

function describe(cert: string): IssuedCertificate {
  return { pem: cert, sha256: createHash('sha256').update(new X509Certificate(cert).raw).digest('hex') }
}

const pem = (key: webcrypto.CryptoKey, type: 'pkcs8' | 'spki'): string =>
  KeyObject.from(key).export({ type, format: 'pem' }).toString()

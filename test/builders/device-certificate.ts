import 'reflect-metadata'
import { createHash, webcrypto, X509Certificate } from 'node:crypto'
import {
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type JsonGeneralNames,
  type JsonName,
} from '@peculiar/x509'
import type { PeerCertificate } from '../../src/core/seam/mqtt.ts'

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A certificate with this subject and these alternative names, as the TLS listener shows it. */
export async function certificateOf(
  subject: JsonName,
  {
    issuer = subject,
    serialNumber = '01',
    names = [],
  }: { issuer?: JsonName; serialNumber?: string; names?: JsonGeneralNames } = {},
): Promise<PeerCertificate> {
  const keys = await webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.create({
    subject,
    issuer,
    serialNumber,
    notBefore: new Date(Date.UTC(2020, 0, 1)),
    notAfter: new Date(Date.UTC(2120, 0, 1)),
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: ECDSA,
    extensions: names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)],
  })
  const pem = certificate.toString('pem')
  const { raw } = new X509Certificate(pem)
  const hash = (algorithm: string): string => createHash(algorithm).update(raw).digest('hex')
  return { sha256: hash('sha256'), sha1: hash('sha1'), pem, validTo: Date.UTC(2120, 0, 1), authorized: false }
}

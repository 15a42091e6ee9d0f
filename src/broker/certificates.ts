import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { IssuedCertificate } from '../core/seam/http.ts'
import { authorityFile, broken, readPair, writePair } from './certificate-files.ts'
import { makeAuthority, makeClientCertificate, makeKeys, makeServerCertificate, type ClientCertificateRequest, type KeyPair } from './certificate-maker.ts'
import type { TlsFiles } from './port.ts'

/** The hub's own authority and what it has signed. */
export interface Certificates {
  /** For every TLS listener of the hub. */
  readonly tls: TlsFiles
  /** Path of ca.pem, which clients must trust; absent if all is in memory. */
  readonly caFile?: string
  /** Signs a client certificate. A malformed signing request is INVALID. */
  issueClientCertificate(request: ClientCertificateRequest): Promise<IssuedCertificate>
}

export interface CertificateOptions {
  /** Holds ca.pem, ca-key.pem, server.pem and server-key.pem; made at first start. Absent: nothing is kept. */
  directory?: string
  /** DNS names (also `*.…`) and IP addresses under which clients reach the hub, besides this machine's loopback names. */
  names?: readonly string[]
  /** The machine's clock, milliseconds. */
  now?(): number
}

const ALWAYS = ['localhost', '127.0.0.1', '::1']
const RENEW_MS = 30 * 86_400_000

/**
 * Makes the authority at first start and the server certificate whenever it has to change: other names, soon expired,
 * another authority. Files that are damaged or incomplete are INVALID and stay as they are.
 */
export async function openCertificates({ directory, names = [], now = Date.now }: CertificateOptions = {}): Promise<Certificates> {
  const [foundAuthority, foundServer] = directory === undefined ? [] : [await readPair(directory, 'ca'), await readPair(directory, 'server')]
  // At first start both keys are made side by side.
  const keys = foundServer === undefined ? makeKeys() : undefined
  const authority = foundAuthority === undefined ? await makeAuthority() : checkAuthority(directory ?? '', foundAuthority, now())
  if (directory !== undefined && foundAuthority === undefined) await writePair(directory, 'ca', authority)
  const all = [...new Set([...ALWAYS, ...names])]
  const fits = foundServer !== undefined && serves(new X509Certificate(foundServer.cert), new X509Certificate(authority.cert), all, now())
  const server = fits ? foundServer : await makeServerCertificate(authority, all, await (keys ?? makeKeys()))
  if (directory !== undefined && !fits) await writePair(directory, 'server', server)
  return {
    tls: { key: server.key, cert: server.cert, ca: authority.cert },
    ...(directory !== undefined && { caFile: authorityFile(directory) }),
    issueClientCertificate: (request) => makeClientCertificate(authority, request),
  }
}

function checkAuthority(directory: string, found: KeyPair, now: number): KeyPair {
  const { ca, validTo, publicKey } = new X509Certificate(found.cert)
  if (!ca || publicKey.asymmetricKeyType !== 'rsa') throw broken(authorityFile(directory), 'is not the certificate of an authority with an RSA key')
  if (Date.parse(validTo) <= now) throw broken(authorityFile(directory), `expired on ${validTo}`)
  return found
}

function serves(certificate: X509Certificate, authority: X509Certificate, names: string[], now: number): boolean {
  const wanted = new Set(names.map(canonical))
  const has = new Set((certificate.subjectAltName ?? '').split(', ').map((entry) => canonical(entry.replace(/^(DNS|IP Address):/, ''))))
  return (
    Date.parse(certificate.validTo) - now > RENEW_MS &&
    certificate.checkIssued(authority) &&
    certificate.verify(authority.publicKey) &&
    wanted.size === has.size &&
    [...wanted].every((name) => has.has(name))
  )
}

/** An IPv6 address has many spellings. */
const canonical = (name: string): string => (isIP(name) === 6 ? new URL(`http://[${name}]`).hostname : name.toLowerCase())

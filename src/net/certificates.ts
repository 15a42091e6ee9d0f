import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import type { IssuedCertificate } from '../core/seam/needs.ts'
import { authorityFile, broken, readPair, writePair } from './certificate-files.ts'
import { makeAuthority, makeClientCertificate, makeKeys, makeServerCertificate } from './certificate-maker.ts'
import type { ClientCertificateRequest, CertificateWithKey } from './certificate-maker.ts'
import { say } from '../core/said.ts'

/** PEM: the server's keys and certificates, and the authorities that clients' certificates are judged by. */
export interface TlsFiles {
  key: string[]
  cert: string[]
  ca: string
}

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
  /**
   * Holds ca.pem, the server certificates server.pem (RSA) and server-ec.pem (ECDSA), and their keys; made at first
   * start. Absent: nothing is kept.
   */
  directory?: string
  /**
   * DNS names (also `*.…`) and IP addresses under which clients reach the hub, besides this machine's loopback names.
   */
  names?: readonly string[]
  /** The machine's clock, milliseconds. */
  now?(): number
}

const ALWAYS = ['localhost', '127.0.0.1', '::1']
const RENEW_MS = 30 * 86_400_000

/** The server certificates: the names of their files, and what keys they are for. Every client can do RSA. */
const SERVERS = [
  { name: 'server-ec', kind: 'ec' },
  { name: 'server', kind: 'rsa' },
] as const

/**
 * Makes the authority at first start and the server certificates whenever they have to change: other names, soon
 * expired, another authority. Files that are damaged or incomplete are INVALID and stay as they are.
 */
export async function openCertificates(options: CertificateOptions = {}): Promise<Certificates> {
  const { directory, names = [], now = Date.now } = options
  const find = async (name: string): Promise<CertificateWithKey | undefined> =>
    directory === undefined ? undefined : readPair(directory, name)
  const foundAuthority = await find('ca')
  const servers = []
  for (const server of SERVERS) {
    const found = await find(server.name)
    // At first start all keys are made side by side.
    servers.push({ ...server, found, keys: found === undefined ? makeKeys(server.kind) : undefined })
  }
  const authority =
    foundAuthority === undefined ? await makeAuthority() : checkAuthority(directory, foundAuthority, now())
  if (directory !== undefined && foundAuthority === undefined) await writePair(directory, 'ca', authority)
  const all = [...new Set([...ALWAYS, ...names])]
  const pairs: CertificateWithKey[] = []
  for (const { name, kind, found, keys } of servers) {
    const fits = found !== undefined && serves(found, authority, all, now())
    const pair = fits ? found : await makeServerCertificate(authority, all, await (keys ?? makeKeys(kind)))
    if (directory !== undefined && !fits) await writePair(directory, name, pair)
    pairs.push(pair)
  }
  return {
    tls: { ...usable(pairs), ca: authority.cert },
    ...(directory !== undefined && { caFile: authorityFile(directory) }),
    issueClientCertificate: (request) => makeClientCertificate(authority, request),
  }
}

/** BoringSSL, which VS Code's Node is built with, knows one certificate a server: that must be the last, of RSA. */
function usable(pairs: readonly CertificateWithKey[]): Pick<TlsFiles, 'key' | 'cert'> {
  const all = { key: pairs.map(({ key }) => key), cert: pairs.map(({ cert }) => cert) }
  try {
    createSecureContext(all)
    return all
  } catch {
    return { key: all.key.slice(-1), cert: all.cert.slice(-1) }
  }
}

function checkAuthority(directory = '', found: CertificateWithKey, now: number): CertificateWithKey {
  const { ca, validTo, publicKey } = new X509Certificate(found.cert)
  const file = authorityFile(directory)
  const isRsa = publicKey.asymmetricKeyType === 'rsa'
  if (!ca || !isRsa) throw broken(file, 'is not the certificate of an authority with an RSA key')
  if (Date.parse(validTo) <= now) throw broken(file, say`expired on ${validTo}`)
  return found
}

function serves(server: CertificateWithKey, issuer: CertificateWithKey, names: string[], now: number): boolean {
  const [certificate, authority] = [new X509Certificate(server.cert), new X509Certificate(issuer.cert)]
  const wanted = new Set(names.map(canonical))
  const has = new Set(
    (certificate.subjectAltName ?? '').split(', ').map((entry) => canonical(entry.replace(/^(DNS|IP Address):/, ''))),
  )
  return (
    Date.parse(certificate.validTo) - now > RENEW_MS &&
    certificate.checkIssued(authority) &&
    certificate.verify(authority.publicKey) &&
    wanted.size === has.size &&
    [...wanted].every((name) => has.has(name))
  )
}

/** An IPv6 address has many spellings. */
const canonical = (name: string): string =>
  isIP(name) === 6 ? new URL(`http://[${name}]`).hostname : name.toLowerCase()

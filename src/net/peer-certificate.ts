import { createHash, type X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { PeerCertificate } from '../core/seam/mqtt.ts'

const REMEMBERED_CHAINS = 5000

/** By the certificate's SHA-256, in the order of use. */
const chains = new Map<string, string[]>()

/** Certificates that have been looked at and not been told of yet. */
const seen = new WeakMap<TLSSocket, X509Certificate>()

/**
 * What the client showed in the handshake, with what it sent along: Node takes that out of TLS the first time it is
 * asked, and has lost it when it is asked again.
 */
export function peerX509(socket: TLSSocket): X509Certificate | undefined {
  const certificate = seen.get(socket) ?? socket.getPeerX509Certificate()
  if (certificate !== undefined) seen.set(socket, certificate)
  return certificate
}

/** The certificate the client showed in the handshake, as dialects see it; `undefined` if it showed none. */
export function peerCertificate(socket: TLSSocket): PeerCertificate | undefined {
  const peer = socket.getPeerCertificate()
  const certificate = peerX509(socket)
  seen.delete(socket)
  // Node answers `{}` (or, on a closed socket, null) where there is no certificate.
  const der = (peer as typeof peer | null)?.raw
  if (der === undefined || certificate === undefined) return undefined
  const name: string | string[] | undefined = peer.subject?.CN
  const commonName = Array.isArray(name) ? name[0] : name
  const sha256 = createHash('sha256').update(der).digest('hex')
  const chain = chainOf(socket, certificate, sha256)
  return {
    sha256,
    sha1: createHash('sha1').update(der).digest('hex'),
    pem: certificate.toString(),
    ...(chain !== undefined && { chain }),
    ...(commonName !== undefined && { commonName }),
    validTo: Date.parse(peer.valid_to),
    authorized: socket.authorized,
  }
}

/** A client that takes up an earlier TLS session proves that it is the same, but TLS keeps its own certificate only. */
function chainOf(socket: TLSSocket, certificate: X509Certificate, sha256: string): string[] | undefined {
  const sent: string[] = []
  for (let next = certificate.issuerCertificate; next !== undefined; next = next.issuerCertificate) {
    // Many clients send the root that they trust themselves; it adds nothing here.
    if (next.subject !== next.issuer) sent.push(next.toString())
  }
  const chain = sent.length > 0 ? sent : socket.isSessionReused() ? chains.get(sha256) : undefined
  if (chain === undefined) return undefined
  chains.delete(sha256)
  chains.set(sha256, chain)
  const [oldest] = chains.keys()
  if (chains.size > REMEMBERED_CHAINS && oldest !== undefined) chains.delete(oldest)
  return chain
}

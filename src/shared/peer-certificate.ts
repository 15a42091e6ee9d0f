import { createHash, X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { PeerCertificate } from '../core/seam/mqtt.ts'

/** The certificate the client showed in the handshake, as dialects see it; `undefined` if it showed none. */
export function peerCertificate(socket: TLSSocket): PeerCertificate | undefined {
  const peer = socket.getPeerCertificate()
  // Node answers `{}` (or, on a closed socket, null) where there is no certificate.
  const der = (peer as typeof peer | null)?.raw
  if (der === undefined) return undefined
  const name: string | string[] | undefined = peer.subject?.CN
  const commonName = Array.isArray(name) ? name[0] : name
  return {
    sha256: createHash('sha256').update(der).digest('hex'),
    sha1: createHash('sha1').update(der).digest('hex'),
    pem: new X509Certificate(der).toString(),
    ...(commonName !== undefined && { commonName }),
    validTo: Date.parse(peer.valid_to),
    authorized: socket.authorized,
  }
}

import { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { isLoopback } from '../../shared/loopback.ts'
import { peerCertificate, peerX509 } from '../../net/peer-certificate.ts'
import type { StreamDetails } from '../port.ts'

/** What a socket tells of its peer. */
export function streamDetails(socket: Socket, transport: StreamDetails['transport']): StreamDetails {
  const details: StreamDetails = {
    transport,
    remoteAddress: socket.remoteAddress ?? '',
    local: isLoopback(socket.remoteAddress),
  }
  if (!(socket instanceof TLSSocket)) return details
  const certificate = peerCertificate(socket)
  const { alpnProtocol } = socket
  const servername = servernameOf(socket)
  return {
    ...details,
    ...(certificate !== undefined && { certificate }),
    ...(typeof alpnProtocol === 'string' && { alpn: alpnProtocol }),
    ...(servername !== undefined && { servername }),
  }
}

/** On the server's side Node sets it, but its types do not say so. */
function servernameOf(socket: TLSSocket): string | undefined {
  const name: unknown = 'servername' in socket ? socket.servername : undefined
  return typeof name === 'string' && name !== '' ? name : undefined
}

/** The certificates in a PEM file. */
export const parseAuthorities = (pem: string): X509Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map((one) => new X509Certificate(one))

/**
 * Whether the peer's certificate is signed by one of these. Judged here and not by TLS, which would then name the
 * authorities in its certificate request: Java and Windows clients keep a certificate back that none of those signed.
 */
export function isSignedBy(socket: TLSSocket, authorities: X509Certificate[]): boolean {
  const certificate = peerX509(socket)
  return (
    certificate !== undefined &&
    authorities.some((authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey))
  )
}

import { say, type Label, type Words } from '../core/said.ts'

/** What a failed TLS handshake means to people, by the code of OpenSSL's or Node's error. */
const TLS_WORDS: Record<string, Label> = {
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not trust the hub’s certificate: give it the hub’s ca.pem',
  ERR_SSL_SSL_TLSV1_ALERT_UNKNOWN_CA: 'it does not trust the hub’s certificate: give it the hub’s ca.pem',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE:
    'it does not accept the hub’s certificate: does it know ca.pem, and does it connect by a name the certificate has?',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    'it does not accept the hub’s certificate: does it know ca.pem, and does it connect by a name the certificate has?',
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: 'it does not accept this kind of certificate (RSA, 2048 bits, SHA-256)',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'it takes the hub’s certificate for expired: is its clock right?',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it speaks TLS older than 1.2',
  ERR_SSL_NO_SHARED_CIPHER: 'it has no cipher in common with the hub',
  ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM: 'it has no signature algorithm in common with the hub',
  ERR_SSL_HTTP_REQUEST: 'it speaks plain HTTP on a TLS port',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS, but this is a TLS port',
  ERR_SSL_UNKNOWN_PROTOCOL: 'it does not speak TLS, but this is a TLS port',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS, but this is a TLS port',
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'it insists on a protocol (ALPN) that is not spoken here',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'it did not finish the TLS handshake in time',
  ECONNRESET: 'it hung up during the TLS handshake, as clients do that do not trust the hub’s certificate',
}

/** In words, if the error is one of TLS. */
export function explainTls(error: Error): Words | undefined {
  const code: unknown = 'code' in error ? error.code : undefined
  if (typeof code !== 'string' || !/^ERR_(SSL|TLS)_/.test(code)) return undefined
  return TLS_WORDS[code] ?? say`TLS failed: ${error.message}`
}

/** In words, for an error during the handshake. */
export function explainHandshake(error: Error): Words {
  const code: unknown = 'code' in error ? error.code : undefined
  return (typeof code === 'string' ? TLS_WORDS[code] : undefined) ?? say`the TLS handshake failed: ${error.message}`
}

const TLS_HANDSHAKE = 0x16

/** What the first byte says of someone who does not speak MQTT. */
export function explainFirstByte(byte: number | undefined): Label | undefined {
  if (byte === TLS_HANDSHAKE) return 'it speaks TLS, but this port is plain MQTT'
  if (byte !== undefined && byte >= 0x41 && byte <= 0x5a) return 'it seems to speak HTTP, but this port is MQTT'
  return undefined
}

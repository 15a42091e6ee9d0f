import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'

export interface KeyPair {
  accessKeyId: string
  secretAccessKey: string
}

/** What is signed; `host` is the Host header. */
export interface ToSign {
  method: string
  path: string
  query?: Record<string, string>
  headers?: Record<string, string>
  host: string
  body?: string
}

/** The hash that the signer asks for. */
class Sha256 {
  readonly #hash: Hash | Hmac

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret))
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data))
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }

  reset(): void {
    throw new Error('not needed')
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data)
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data)
}

const signer = (credentials: KeyPair, service: string): SignatureV4 =>
  new SignatureV4({ credentials, region: 'us-east-1', service, sha256: Sha256 })

/** The headers of a request that is signed by the library which AWS's own SDKs sign with. */
export async function signRequest(
  credentials: KeyPair,
  { host, headers, query = {}, ...request }: ToSign,
  service: string,
  at: Date,
): Promise<Record<string, string>> {
  const asked = { protocol: 'https:', hostname: host.split(':')[0]!, query, ...request, headers: { ...headers, host } }
  return (await signer(credentials, service).sign(asked, { signingDate: at })).headers
}

/** Path and query of a URL that is signed by it, good for five minutes. */
export async function presignUrl(
  credentials: KeyPair,
  { host, headers, query = {}, ...request }: ToSign,
  service: string,
  at: Date,
): Promise<string> {
  const asked = { protocol: 'wss:', hostname: host.split(':')[0]!, query, ...request, headers: { ...headers, host } }
  const signed = await signer(credentials, service).presign(asked, { signingDate: at, expiresIn: 300 })
  return `${request.path}?${new URLSearchParams(signed.query as Record<string, string>)}`
}

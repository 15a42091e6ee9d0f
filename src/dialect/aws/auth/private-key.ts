import { createPrivateKey } from 'node:crypto'

/**
 * A private key in the form in which AWS hands out its RSA keys, PKCS#1: some firmware looks for `BEGIN RSA PRIVATE
 * KEY`.
 * Other keys stay as they are.
 */
export function asAwsWrites(pem: string): string {
  const key = createPrivateKey(pem)
  return key.asymmetricKeyType === 'rsa' ? key.export({ type: 'pkcs1', format: 'pem' }).toString() : pem
}

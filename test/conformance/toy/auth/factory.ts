import { X509Certificate } from 'node:crypto'
import { invalid } from '../../../../src/core/errors.ts'
import type { PeerCertificate } from '../../../../src/core/seam/mqtt.ts'
import type { Sight } from '../../../../src/dialect/credential.ts'
import type { Context } from '../../../../src/dialect/dialect.ts'

/** An authority whose toys are let in by their certificates. */
interface Factory {
  pem: string
}

/** Its certificate, PEM. INVALID for anything else, or for one that may sign nothing. */
export function registerFactory(ctx: Context, pem: string): void {
  const certificate = read(pem)
  if (certificate?.ca !== true)
    throw invalid('Certificate', pem.slice(0, 40), 'must be the certificate of an authority')
  ctx.own<Factory>('factories').set(certificate.fingerprint256, { pem })
}

/**
 * Why a certificate does not let a toy of that name in; `undefined`: a factory has signed it, or an authority that it
 * has signed and that the client sent along.
 */
export function factoryFault(
  ctx: Pick<Sight, 'own' | 'now'>,
  { pem, chain = [], commonName }: PeerCertificate,
  name: string,
): string | undefined {
  if (commonName !== name) return `the certificate is not that of ${name}`
  const roots = [...ctx.own<Factory>('factories').values()].map((factory) => read(factory.pem))
  let last = read(pem)
  if (last === undefined || !isValid(last, ctx.now)) return 'the certificate is not valid now'
  for (const next of chain.map(read)) {
    if (isIssued(last, roots)) return undefined
    if (next === undefined || !isIssued(last, [next]) || !isValid(next, ctx.now)) break
    last = next
  }
  return isIssued(last, roots) ? undefined : 'no factory that is known here has signed the certificate'
}

const isIssued = (certificate: X509Certificate, by: (X509Certificate | undefined)[]): boolean =>
  by.some((each) => each?.ca === true && certificate.checkIssued(each) && certificate.verify(each.publicKey))

const isValid = ({ validFrom, validTo }: X509Certificate, now: number): boolean =>
  Date.parse(validFrom) <= now && now < Date.parse(validTo)

function read(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

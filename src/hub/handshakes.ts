import type { Notices } from './notices.ts'
import { asSaid, say, type Words } from '../core/said.ts'

const CALL_IT =
  'call the hub by a name or an address that its certificate bears (localhost; with --host 0.0.0.0 those of the network, too)'

/** Tells of clients that get no further than TLS, until one from there does. */
export class Handshakes {
  readonly #notices: Notices
  readonly #cure: Words

  /** `caFile`: where the certificate is that clients must trust. */
  constructor(notices: Notices, caFile: string | undefined) {
    this.#notices = notices
    this.#cure = say`have the client trust ${caFile ?? asSaid('the CA certificate of this hub')}, and ${asSaid(CALL_IT)}`
  }

  failed(remoteAddress: string, cause: Words): void {
    this.#notices.add({
      kind: 'warning',
      code: 'tlsFailed',
      about: { type: 'address', name: remoteAddress },
      text: 'a TLS handshake failed',
      cause,
      cure: this.#cure,
    })
  }

  worked(remoteAddress: string): void {
    settleHandshake(this.#notices, remoteAddress)
  }
}

/** A socket that is closed no longer says whose it was. */
export const SOMEBODY = 'a client'

/** A client there has got through: so it is with who was there before, or may have been. */
export function settleHandshake(notices: Notices, remoteAddress: string): void {
  if (notices.empty) return
  for (const name of [remoteAddress, SOMEBODY]) notices.settle('tlsFailed', { type: 'address', name })
}

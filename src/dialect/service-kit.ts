import type { Label } from '../core/said.ts'
import type { Context } from './dialect.ts'

/**
 * How a program that manages devices (a back end, a service) is led here: made by hand like a device's kit. A cloud has
 * it if such programs need more than the hub's address.
 */
export interface ServiceEnrolment {
  /** Makes keys that are not there yet. `caFile`: the path of the certificate that its clients must trust. */
  kit(ctx: Context, caFile: string): ServiceKit
}

/** What to give to a back end; secrets are marked, so that nobody shows them by accident. */
interface ServiceKit {
  /** Connection string, endpoint, keys, as its programs call them. */
  facts: { label: Label; value: string; secret?: true }[]
  /** Variables by which the cloud's own SDKs and tools find all that by themselves. */
  environment: { name: string; value: string; secret?: true }[]
}

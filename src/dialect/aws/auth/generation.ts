import { createHash } from 'node:crypto'
import type { Instant } from '../../../core/clock.ts'

/**
 * Names what was made under a name at that time, and not what took the name later. AWS writes 64 hex digits for
 * policies.
 */
export const generationOf = (name: string, createdAt: Instant): string =>
  createHash('sha256').update(`${name} ${createdAt}`).digest('hex')

/** … and a UUID for certificates. */
export function generationUuid(name: string, createdAt: Instant): string {
  const hex = generationOf(name, createdAt)
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}

import type { Certificates } from '../net/certificates.ts'
import type { Fulfilled, Need } from '../core/seam/needs.ts'
import type { ObjectIntake } from '../http/object-intake.ts'
import type { ObjectStore } from '../http/objects.ts'
import { limitConcurrency } from './limit-concurrency.ts'

/** Files read and written at a time: what has been read is in memory until it is decided upon, however many ask. */
const FILES_AT_ONCE = 16

export type Fulfil = (need: Need) => Promise<Fulfilled[number]>

/** Fetches what decisions need; an Error is an answer too, the dialect puts it in its cloud's words. */
export function createFulfil(objects: ObjectStore, intake: ObjectIntake, certificates: Certificates): Fulfil {
  const inTurn = limitConcurrency(FILES_AT_ONCE)
  const fetch = async (need: Need): Promise<Fulfilled[number]> => {
    if (need.type === 'certificate') return certificates.issueClientCertificate(need)
    if (need.type === 'store')
      return inTurn<Fulfilled[number]>(() =>
        need.offset === undefined
          ? intake.store(need.ref, need.bytes)
          : intake.append(need.ref, need.bytes, need.offset),
      )
    const { ref, range, maxBytes } = need
    return inTurn<Fulfilled[number]>(() => {
      if (range !== undefined) return objects.readPart(ref, range)
      return maxBytes === undefined ? objects.stat(ref) : objects.read(ref, maxBytes)
    })
  }
  return (need) => fetch(need).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
}

import type { Certificates } from '../broker/certificates.ts'
import type { Fulfilled, Need } from '../core/seam/http.ts'
import type { ObjectStore } from '../http/objects.ts'

/** Fetches what a decision needs; an Error is an answer too, the dialect puts it in its cloud's words. */
export async function fulfil(need: Need, objects: ObjectStore, certificates: Certificates): Promise<Fulfilled[number]> {
  try {
    if (need.type === 'certificate') return await certificates.issueClientCertificate(need)
    return await (need.maxBytes === undefined ? objects.stat(need.ref) : objects.read(need.ref, need.maxBytes))
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

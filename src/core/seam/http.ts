import type { PeerCertificate } from './mqtt.ts'
import type { ObjectRef } from './needs.ts'

/** One HTTP request, path still raw: some clouds carry `%2F` inside a segment. */
export interface HttpRequest {
  /** Names the request for a later `respond`. */
  id: string
  method: string
  /** As sent, percent-encoding untouched, without the query. */
  path: string
  query: URLSearchParams
  /** Lower-case names. */
  headers: Record<string, string | undefined>
  /** All of it; empty where the route has it go to a file (`Route.upload`). */
  body: Buffer
  /** The fields before the file, where that comes in a form (`Route.form`). */
  form?: Readonly<Record<string, string>>
  secure: boolean
  /** The socket's other end is a loopback address. */
  local: boolean
  remoteAddress: string
  /** It bears the hub's own token: whoever sends it may do everything. */
  operator?: true
  certificate?: PeerCertificate
}

export interface HttpResponse {
  status: number
  headers?: Record<string, string>
  /** A `ref` is streamed from the object store, with Range, ETag and HEAD obeyed. */
  body?: string | Buffer | { ref: ObjectRef }
}

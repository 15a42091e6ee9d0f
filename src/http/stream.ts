import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** An answer without an end in sight: what the stream yields is sent as it comes, until either side ends it. */
export interface HttpStream {
  status: number
  headers: Record<string, string>
  stream: Readable
}

/** Resolves when the stream has ended; rejects if the client goes away first. */
export async function sendStream(res: ServerResponse, { status, headers, stream }: HttpStream): Promise<void> {
  res.writeHead(status, headers)
  // The client shall know at once that it is heard.
  res.flushHeaders()
  await pipeline(stream, res)
}

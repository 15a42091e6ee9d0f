import type { DisconnectReason } from '../../core/seam/mqtt.ts'
import { textOf, type Words } from '../../core/said.ts'

/** Ends a connection; the text is for people. */
export class DisconnectError extends Error {
  override readonly name = 'DisconnectError'
  constructor(
    readonly reason: DisconnectReason,
    readonly words: Words,
  ) {
    super(textOf(words))
  }
}

/** How `ws` begins what it says, without a code, of writing to a client that has closed its WebSocket. */
const CLOSED_WEB_SOCKET = 'WebSocket is not open'

/** What a connection's error says about how it ended. */
export function disconnectReason(error: Error): DisconnectReason {
  if (error instanceof DisconnectError) return error.reason
  if (error.message === 'drain timeout') return 'SERVER_INITIATED'
  if (error.message.startsWith(CLOSED_WEB_SOCKET)) return 'CONNECTION_LOST'
  const code: unknown = 'code' in error ? error.code : undefined
  // Sockets and TLS set a code; parsers do not, except the one for WebSocket frames.
  return typeof code === 'string' && !code.startsWith('WS_ERR') ? 'CONNECTION_LOST' : 'CLIENT_ERROR'
}

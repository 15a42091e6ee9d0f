import { IncomingMessage, ServerResponse, type ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import type { HttpConnections } from './http-connections.ts'

const overtaking = new WeakSet<IncomingMessage>()

/** Whether a request asks for another protocol, or for a tunnel, while an earlier answer is due on its connection. */
export const overtakes = (req: IncomingMessage): boolean => overtaking.has(req)

/**
 * The classes of which a server makes its requests and answers. `connections` so hears of every exchange at its very
 * beginning, also of those that Node answers by itself.
 *
 * At a request for another protocol Node stops parsing, and nobody may begin again while an earlier answer is due: two
 * parsers on one socket break the process. So only a request with nothing before it is let upgrade; of others the wish
 * is ignored, which a server may do [RFC 9110 7.8].
 */
export function messagesFor(connections: HttpConnections): Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'> {
  return {
    IncomingMessage: class extends IncomingMessage {
      constructor(socket: Socket) {
        super(socket)
        if (connections.of(socket).length > 0) ignoreUpgrade(this)
      }
    },
    ServerResponse: class<Request extends IncomingMessage> extends ServerResponse<Request> {
      constructor(...args: ConstructorParameters<typeof ServerResponse<Request>>) {
        super(...args)
        connections.begin(args[0], this)
      }
    },
  }
}

/** Node's parser sets `upgrade` and goes by what it then finds there. */
function ignoreUpgrade(req: IncomingMessage): void {
  const set = (wanted: unknown): void => {
    if (wanted === true) overtaking.add(req)
  }
  Object.defineProperty(req, 'upgrade', { get: () => false, set })
}

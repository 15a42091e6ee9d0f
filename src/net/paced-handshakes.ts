import type { Socket } from 'node:net'
import type { Server } from 'node:tls'
import type { TurnBudget } from './loop-budget.ts'

/**
 * Lets a TLS server shake hands with a client once that has said something and there is time for it. Node would do so
 * with all who have, in one go, and of a hundred the keys alone take longer than everybody else should wait. Who says
 * nothing for so long is given up.
 */
export function paceHandshakes(server: Server, budget: TurnBudget, silenceMs: number): void {
  const [shake] = server.listeners('connection')
  if (shake === undefined) throw new Error('a TLS server no longer listens to its own connections')
  server.off('connection', shake as (socket: Socket) => void)
  server.on('connection', (socket: Socket) => {
    const failed = (error: Error): void => {
      server.emit('tlsClientError', error, socket)
      socket.destroy()
    }
    const silent = (): void => failed(Object.assign(new Error('TLS handshake timeout'), { code: TIMEOUT }))
    // What has come is read by then, so that the work is done here rather than when the system next has something.
    const begin = (): void => {
      socket.off('error', failed).off('timeout', silent).setTimeout(0)
      if (!socket.destroyed) shake.call(server, socket)
    }
    socket.setTimeout(silenceMs)
    socket.on('error', failed).on('timeout', silent)
    socket.once('readable', () => {
      const turn = budget.turn('door')
      if (turn === undefined) begin()
      else void turn.then(begin)
    })
  })
}

const TIMEOUT = 'ERR_TLS_HANDSHAKE_TIMEOUT'

import type { Socket } from 'node:net'
import type { TurnBudget } from './loop-budget.ts'

/**
 * Has a socket that its client closes, or that breaks, end once there is time for that: of a crowd that leaves at once
 * Node would end all in one go. What we end ourselves ends at once.
 */
export function paceEnd(socket: Socket, budget: TurnBudget): void {
  const { push, destroy } = socket
  const whenTime = (end: () => void): void => {
    const turn = budget.turn('door')
    if (turn === undefined) end()
    else void turn.then(end)
  }
  let leaving = false
  const leave = (end: () => void): void => {
    if (leaving) return
    leaving = true
    whenTime(() => {
      if (!socket.destroyed) end()
    })
  }
  Object.assign(socket, {
    push: (chunk: unknown, encoding?: BufferEncoding) => {
      if (chunk !== null) return push.call(socket, chunk, encoding)
      leave(() => {
        push.call(socket, null)
        socket.read(0)
      })
      return false
    },
    destroy: (error?: Error) => {
      // Of a client that has said its last word, what breaks now is no crowd's, and nothing else would ever end it.
      if (leaving || error === undefined || !('syscall' in error)) destroy.call(socket, error)
      else leave(() => void destroy.call(socket, error))
      return socket
    },
  })
}

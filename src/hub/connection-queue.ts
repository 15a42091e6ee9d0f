import type { ConnectionId } from '../core/seam/mqtt.ts'

interface Line {
  /** Decisions that something is still being fetched for. */
  open: number
  readonly waiting: (() => void)[]
}

/**
 * What connections have published behind a message whose decision waits for something; only for those that have such a
 * one.
 */
export class ConnectionQueue {
  readonly #queue = new Map<ConnectionId, Line>()

  /** Whether the connection's next message has to wait. Asked for every message of every connection. */
  has(connection: ConnectionId): boolean {
    return this.#queue.size > 0 && this.#queue.has(connection)
  }

  /** Runs `decide` once everything before it has been decided. */
  behind<T>(connection: ConnectionId, decide: () => Promise<T>): Promise<T> {
    const begin = async (): Promise<T> => decide()
    return new Promise((resolve) => this.#queue.get(connection)?.waiting.push(() => resolve(begin())))
  }

  /** From now on the connection's messages wait, until as many `release`. */
  hold(connection: ConnectionId): void {
    const line = this.#queue.get(connection)
    if (line === undefined) this.#queue.set(connection, { open: 1, waiting: [] })
    else line.open += 1
  }

  /** What was held for has been decided: the next ones are, as far as they need not wait in turn. */
  release(connection: ConnectionId): void {
    const line = this.#queue.get(connection)
    if (line === undefined) return
    line.open -= 1
    while (line.open === 0) {
      const next = line.waiting.shift()
      if (next === undefined) return void this.#queue.delete(connection)
      next()
    }
  }
}

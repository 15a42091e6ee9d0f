import type { BrokerPort } from '../broker/port.ts'
import type { Effect, SocketId } from '../core/seam/effects.ts'
import type { HttpResponse } from '../core/seam/http.ts'
import { say, type Words } from '../core/said.ts'

/** What performing needs besides the broker. */
export interface EffectPorts {
  readonly broker: BrokerPort
  respond(request: string, response: HttpResponse): void
  write(socket: SocketId, bytes: Uint8Array): void
  end(socket: SocketId): void
  heartbeat(socket: SocketId, everyMs: number | undefined): void
  wake(dialect: string, key: string, at: number | undefined): void
  onFailure(text: Words, error: unknown): void
}

/**
 * Performs effects in the order in which they were asked for. A promise, if one is needed, resolves once all of them
 * would survive the process; it never rejects.
 */
export function perform(ports: EffectPorts, effects: readonly Effect[]): Promise<void> | undefined {
  let lasting: Promise<void>[] | undefined
  for (const effect of effects) {
    try {
      const done = start(ports, effect)
      if (done !== undefined)
        (lasting ??= []).push(done.catch((error: unknown) => ports.onFailure(describe(effect), error)))
    } catch (error) {
      ports.onFailure(describe(effect), error)
    }
  }
  return lasting === undefined ? undefined : Promise.all(lasting).then(() => {})
}

const describe = (effect: Effect): Words => say`${effect.type} [${effect.cause.rule}] failed`

/** A promise where something is to be stored first. */
function start(
  { broker, respond, write, end, heartbeat, wake }: EffectPorts,
  effect: Effect,
): Promise<void> | undefined {
  switch (effect.type) {
    case 'send':
      broker.send(effect.connection, effect.message, effect.track)
      return undefined
    case 'publish':
      return broker.publish(effect.dialect, effect.message)
    case 'subscribe':
      return broker.subscribe(effect.connection, effect.filters)
    case 'withdraw':
      if (effect.device !== undefined) return broker.withdrawFrom(effect.device, effect.filter)
      return broker.withdraw(effect.dialect, effect.session, effect.filter)
    case 'disconnect':
      broker.disconnect(effect.connection, effect.reason, effect.note)
      return undefined
    case 'respond':
      respond(effect.request, effect.response)
      return undefined
    case 'write':
      write(effect.socket, effect.bytes)
      return undefined
    case 'end':
      end(effect.socket)
      return undefined
    case 'heartbeat':
      heartbeat(effect.socket, effect.everyMs)
      return undefined
    case 'wake':
      wake(effect.dialect, effect.key, effect.at)
      return undefined
  }
}

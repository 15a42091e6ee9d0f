import type { Effect } from '../core/seam/effects.ts'
import type { HttpResponse } from '../core/seam/http.ts'
import type { Broker } from '../broker/broker.ts'

/** What performing needs besides the broker. */
export interface Stage {
  broker: Broker
  respond(request: string, response: HttpResponse): void
  wake(dialect: string, key: string, at: number | undefined): void
  onFailure(text: string, error: unknown): void
}

/** Performs effects in the order in which they were asked for. Resolves once all of them would survive the process. */
export async function perform(stage: Stage, effects: readonly Effect[]): Promise<void> {
  if (effects.length === 0) return
  const lasting: Promise<void>[] = []
  for (const effect of effects) {
    const done = start(stage, effect)
    if (done !== undefined) lasting.push(done.catch((error: unknown) => stage.onFailure(`${effect.type} (${effect.cause.rule}) failed`, error)))
  }
  if (lasting.length > 0) await Promise.all(lasting)
}

function start({ broker, respond, wake }: Stage, effect: Effect): Promise<void> | undefined {
  switch (effect.type) {
    case 'send':
      return void broker.send(effect.connection, effect.message, effect.track)
    case 'publish':
      return broker.publish(effect.message)
    case 'subscribe':
      return broker.subscribe(effect.connection, effect.filters)
    case 'disconnect':
      return void broker.disconnect(effect.connection, effect.reason, effect.note)
    case 'respond':
      return void respond(effect.request, effect.response)
    case 'wake':
      return void wake(effect.dialect, effect.key, effect.at)
  }
}

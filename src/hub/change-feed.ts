import { subjectOf, type DomainEvent } from '../core/events.ts'
import type { Change } from '../shared/api.ts'
import type { HubEvents } from './hub.ts'

/** Tells listeners what has changed, once it has been committed. */
export class ChangeFeed implements HubEvents {
  readonly #listeners = new Set<(change: Change) => void>()

  on(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }

  /** On the hot path: without listeners it costs nothing. */
  tell(events: readonly DomainEvent[]): void {
    if (this.#listeners.size === 0) return
    for (const event of events) {
      const change = changeOf(event)
      if (change !== undefined) this.emit(change)
      for (const key of parentsOf(event)) this.emit({ type: 'device', key })
    }
  }
}

/** The devices whose parts are others now. */
function parentsOf(event: DomainEvent): string[] {
  if (event.type === 'device.updated' && event.before.parent !== event.device.parent)
    return [event.before.parent, event.device.parent].filter((key) => key !== undefined)
  if (event.type !== 'device.created' && event.type !== 'device.deleted') return []
  return event.device.parent === undefined ? [] : [event.device.parent]
}

function changeOf(event: DomainEvent): Change | undefined {
  switch (event.type) {
    case 'device.created':
    case 'device.updated':
    case 'device.deleted':
    case 'device.connectivity':
    case 'module.changed':
    case 'twin.deleted':
    case 'twin.updated':
      return { type: 'device', key: subjectOf(event) }
    case 'group.joined':
    case 'group.left':
      return { type: 'device', key: event.device }
    case 'job.created':
    case 'job.status':
    case 'job.canceled':
    case 'job.deleted':
      return { type: 'job', key: event.job.key }
    case 'execution.queued':
    case 'execution.changed':
    case 'execution.deleted':
      return { type: 'execution', job: event.execution.job, device: event.execution.device }
    default:
      return undefined
  }
}

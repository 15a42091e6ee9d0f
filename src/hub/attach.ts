import type { Endpoints, HubApi } from '../shared/api.ts'
import { ChangeFeed } from './change-feed.ts'
import type { HubEvents } from './hub.ts'
import { askOver, remoteApi, type Remote } from './remote-api.ts'
import { listenTo, type StreamEnd } from './remote-events.ts'

/** A hub that another process runs, used like one's own. */
export interface AttachedHub {
  readonly api: HubApi
  /** After a gap, when changes may have been missed, there is one of type `clock`. */
  readonly events: HubEvents
  readonly endpoints: Endpoints
  /** Resolves when the hub can be reached no more, to why. */
  readonly gone: Promise<StreamEnd>
  /** Its process lets others take its place when it ends, and what it knows is on the disk for them. */
  readonly handsOver: boolean
  /** Called once if the hub is gone, but not because we left; returns a way to call it off. */
  onLost(listener: () => void): () => void
  /** Asks the hub to stop, for everybody; resolves when it is no longer reached. */
  stop(): Promise<void>
  /** Leaves; the hub goes on. */
  detach(): Promise<void>
}

/** A running hub that is asked something, and not listened to. */
export interface ReachedHub {
  readonly api: HubApi
  /** Asks the hub to stop; resolves when it has heard. */
  stop(): Promise<void>
}

/** The way to a running hub, for a few questions. Nothing is asked yet. */
export function reachHub(remote: Remote): ReachedHub {
  const ask = askOver(remote)
  return { api: remoteApi(ask), stop: () => ask('POST', '/hub/stop') }
}

/**
 * Attaches to a running hub. Rejects with UNAUTHORIZED for a wrong token, NOT_ONLINE if there is no hub at that URL.
 */
export async function attachHub(remote: Remote): Promise<AttachedHub> {
  const { api, stop } = reachHub(remote)
  const { endpoints, handsOver = false } = await api.status()
  const changes = new ChangeFeed()
  const { ended, leave } = await listenTo(remote, (change) => changes.emit(change))
  const listeners = new Set<() => void>()
  const gone = ended.then((how) => {
    if (how !== 'left') for (const listener of listeners) listener()
    return how
  })
  return {
    api,
    events: changes,
    endpoints,
    handsOver,
    gone,
    onLost: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop: async () => {
      await stop()
      await gone
    },
    detach: async () => {
      leave()
      await gone
    },
  }
}

import type { DeviceScript } from '../core/seam/device-script.ts'
import { notFound } from '../core/errors.ts'
import { dialects } from '../dialect/registry.ts'
import type { Endpoints, HubApi } from '../shared/api.ts'
import type { HubOptions } from '../shared/options.ts'
import { ChangeFeed } from './change-feed.ts'
import type { Hub, HubExtras, StopOptions } from './hub.ts'
import { startHub, type Running } from './running.ts'
import { say } from '../core/said.ts'

/** A hub that is not started yet. Throws nothing; what stands in the way comes out of `start`. */
export function createHub(options: HubOptions, extras: HubExtras = {}): Hub {
  const events = new ChangeFeed()
  let running: Promise<Running> | undefined
  let stopping: Promise<void> | undefined
  let api: HubApi | undefined
  let end = ending()

  const begin = (): Promise<Running> => {
    if (stopping !== undefined) end = ending()
    stopping = undefined
    const surroundings = { ...extras, onStopAsked: () => void stop().catch(() => {}) }
    return startHub(options, surroundings, extras.dialects ?? dialects, events)
  }
  const stop = (how?: StopOptions): Promise<void> => {
    stopping ??= (async () => {
      const hub = await running?.catch(() => undefined)
      running = undefined
      await hub?.stop(how)
    })()
    end.settle(stopping)
    return stopping
  }

  return {
    events,
    get api() {
      if (api === undefined) throw new Error('The hub is not started')
      return api
    },
    get stopped() {
      return end.promise
    },
    async start(): Promise<Endpoints> {
      running ??= begin()
      try {
        const hub = await running
        api = hub.api
        return hub.endpoints
      } catch (error) {
        running = undefined
        throw error
      }
    },
    stop,
  }
}

function ending(): { promise: Promise<void>; settle: (how: Promise<void>) => void } {
  let settle: (how: Promise<void>) => void = () => {}
  const promise = new Promise<void>((resolve) => (settle = resolve))
  // A caller that does not ask how it ended need not know.
  promise.catch(() => {})
  return { promise, settle }
}

/** How devices of that dialect talk, for playing them. NOT_FOUND if there is no such dialect. */
export function deviceScriptOf(dialect: string): (name: string) => DeviceScript {
  const found = dialects.find(({ name }) => name === dialect)
  if (found === undefined)
    throw notFound(say`no dialect ${dialect}; there are ${dialects.map(({ name }) => name).join(', ')}`)
  return (name) => found.jobs.deviceScript(name)
}

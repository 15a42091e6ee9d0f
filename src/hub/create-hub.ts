import type { Talker } from '../core/seam/talker.ts'
import { notFound } from '../core/errors.ts'
import { dialects } from '../dialect/registry.ts'
import type { Endpoints, HubApi } from '../shared/api.ts'
import type { HubOptions } from '../shared/options.ts'
import { Changes } from './changes.ts'
import type { Hub, HubExtras } from './hub.ts'
import { startHub, type Running } from './running.ts'

/** A hub that is not started yet. Throws nothing; what stands in the way comes out of `start`. */
export function createHub(options: HubOptions, extras: HubExtras = {}): Hub {
  const events = new Changes()
  let running: Promise<Running> | undefined
  let api: HubApi | undefined
  return {
    events,
    get api() {
      if (api === undefined) throw new Error('The hub is not started')
      return api
    },
    async start(): Promise<Endpoints> {
      running ??= startHub(options, extras, dialects, events)
      try {
        const hub = await running
        api = hub.api
        return hub.endpoints
      } catch (error) {
        running = undefined
        throw error
      }
    },
    async stop(): Promise<void> {
      const hub = await running
      running = undefined
      await hub?.stop()
    },
  }
}

/** How devices of that dialect talk, for playing them. NOT_FOUND if there is no such dialect. */
export function talkerOf(dialect: string): (name: string) => Talker {
  const found = dialects.find(({ name }) => name === dialect)
  if (found === undefined) throw notFound(`no dialect ${dialect}; there are ${dialects.map(({ name }) => name).join(', ')}`)
  return (name) => found.jobs.talker(name)
}

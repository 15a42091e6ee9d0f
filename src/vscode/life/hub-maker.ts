import { createHub } from '../../hub/create-hub.ts'
import type { HubMaker } from './life.ts'

/** Makes hubs in this process, and finds those of others. Loaded on first use only. */
export const hubMaker: HubMaker = {
  async start(options) {
    const hub = createHub(options)
    const endpoints = await hub.start()
    return {
      api: hub.api,
      endpoints,
      onChange: (listener) => hub.events.on(listener),
      leave: () => hub.stop(),
      gone: new Promise(() => {}),
    }
  },
  join: () => Promise.resolve(undefined),
}

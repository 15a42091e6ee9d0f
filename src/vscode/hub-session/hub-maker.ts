import { attachHub } from '../../hub/attach.ts'
import { createHub } from '../../hub/create-hub.ts'
import { findHub } from '../../hub/locator.ts'
import { wipe } from '../../hub/wipe.ts'
import type { HubMaker } from './hub-session.ts'

/** Makes hubs in this process, and joins those of others. Loaded on first use only. */
export const hubMaker: HubMaker = {
  async start(options) {
    // Somebody who looks at a device wants to see what it said before, too.
    const handsOver = !options.memory
    const hub = createHub(options, { traffic: true, handsOver })
    const endpoints = await hub.start()
    return {
      api: hub.api,
      endpoints,
      onChange: (listener) => hub.events.on(listener),
      handsOver,
      leave: ({ handOver } = { handOver: false }) => hub.stop({ handOver: handOver && handsOver }),
      end: () => hub.stop(),
      gone: hub.stopped.then(
        () => 'stopped',
        () => 'stopped',
      ),
    }
  },
  async join(data) {
    const found = await findHub(data)
    // Our own, on its way out or in: it is joined by being waited for.
    if (found === undefined || found.pid === process.pid) return undefined
    const hub = await attachHub(found)
    return {
      api: hub.api,
      endpoints: hub.endpoints,
      onChange: (listener) => hub.events.on(listener),
      handsOver: hub.handsOver,
      leave: () => hub.detach(),
      end: () => hub.stop(),
      gone: hub.gone,
    }
  },
  wipe,
}

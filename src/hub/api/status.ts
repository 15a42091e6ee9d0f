import type { Engine } from '../../core/engine.ts'
import { invalid, notFound } from '../../core/errors.ts'
import type { HubApi, HubStatus } from '../../shared/api.ts'
import { dialectView } from '../dialect-views.ts'
import type { ApiSources } from './sources.ts'
import { say } from '../../core/said.ts'

/** How many devices there are, and are online; their parts do not count. */
function fleetOf({ devices, connections }: Engine): Pick<HubStatus, 'devices' | 'online'> {
  const fleet = { devices: devices.size, online: connections.online }
  for (const part of devices.allParts()) {
    fleet.devices -= 1
    if (connections.isOnline(part)) fleet.online -= 1
  }
  return fleet
}

/** How the hub is, what it speaks, and its clock. */
export function statusApi(
  sources: ApiSources,
): Pick<HubApi, 'status' | 'dialects' | 'notices' | 'dismissNotice' | 'advance'> {
  const { clock, virtual, options, engine, dialects } = sources
  const startedAt = clock.now()

  const status = (): HubStatus => ({
    endpoints: sources.endpoints(),
    mode: options.mode,
    clock: options.clock,
    ...(sources.handsOver && { handsOver: true }),
    now: clock.now(),
    startedAt,
    ...fleetOf(engine),
    connections: sources.connections(),
    jobs: engine.jobs.size,
    dialects: dialects.map(({ name, title, twins }) => ({ name, title, twinWord: twins.word })),
  })

  return {
    status: async () => status(),
    dialects: async () => dialects.map(dialectView),
    notices: async () => sources.notices.list(),
    dismissNotice: async (id) => {
      if (!sources.notices.dismiss(id)) throw notFound(say`no notice ${id}`)
    },
    async advance(by) {
      if (virtual === undefined) throw invalid('clock', options.clock, 'must be virtual to be moved')
      if (by !== 'next' && !(by >= 0)) throw invalid('by', by, 'must be a number of milliseconds, at least 0')
      await sources.idle()
      const target = by === 'next' ? (virtual.next() ?? virtual.now()) : virtual.now() + by
      for (let next = virtual.next(); next !== undefined && next <= target; next = virtual.next()) {
        virtual.advanceTo(next)
        await sources.idle()
      }
      virtual.advanceTo(target)
      await sources.idle()
      sources.moved()
      return status()
    },
  }
}

import type { Bench, Rig, Row } from '../bench.ts'
import type { RoundTrips } from '../programs/load.ts'
import { progress } from '../progress.ts'
import { median, ratios, spread } from '../stats.ts'
import { micros, times, whole } from '../table.ts'
import { rolledOut } from './rolled-out.ts'

const CLIENTS = 500
const JOB = 'updates'
const BAR = 1.2

interface Measured {
  perSecond: number[]
  /** Microseconds of CPU per round trip. */
  server: number[]
  load: number[]
  /** Bytes per round trip. */
  bytes: number[]
}

/** 500 clients, each with one update in flight: the whole path against aedes echoing the same packets. */
export const roundTrips: Row = {
  name: 'updates',
  title: 'job updates',
  measure: async (bench) => {
    const hub = await bench.hub(await bench.seeded(CLIENTS))
    const aedes = await bench.aedes()
    await Promise.all([hub, aedes].map((rig) => rig.load.ask('connect', rig.port, 0, CLIENTS)))
    await hub.launch(JOB)
    await rolledOut(hub, JOB, CLIENTS)
    await aedes.server.ask('serve', JOB)
    const a = await measureBoth(bench, hub, aedes)
    await Promise.all([hub.end(), aedes.end()])
    const compared = ratios(a.hub.perSecond, a.aedes.perSecond)
    const value = median(compared)
    return [
      {
        row: 'updates',
        what: 'job-update round trips/s, 500 clients',
        bar: `≥ ${times(BAR)} aedes`,
        measured: times(value),
        spread: spread(compared, times),
        holds: value >= BAR,
        notes: [describe('hub', a.hub), describe('bare aedes', a.aedes)],
        raw: { hub: a.hub, aedes: a.aedes, ratios: compared },
      },
    ]
  },
}

async function measureBoth(bench: Bench, hub: Rig, aedes: Rig): Promise<{ hub: Measured; aedes: Measured }> {
  const results = { hub: nothing(), aedes: nothing() }
  const sides = [
    ['hub', hub],
    ['aedes', aedes],
  ] as const
  // The first round warms the code up and does not count.
  for (let round = 0; round <= bench.rounds; round += 1) {
    for (const [name, rig] of sides) {
      progress(`job updates: round ${round} of ${bench.rounds}, ${name}`)
      const measured = await measureRound(rig, bench.roundMs)
      if (round === 0) continue
      for (const key of ['perSecond', 'server', 'load', 'bytes'] as const) results[name][key].push(measured[key])
    }
  }
  return results
}

async function measureRound({ server, load }: Rig, ms: number): Promise<Record<keyof Measured, number>> {
  const before = { server: await server.ask('cpu'), load: await load.ask('cpu') }
  const trips: RoundTrips = await load.ask('updates', JOB, ms)
  const used = { server: (await server.ask('cpu')) - before.server, load: (await load.ask('cpu')) - before.load }
  return {
    perSecond: (trips.count * 1000) / trips.ms,
    server: (used.server * 1000) / trips.count,
    load: (used.load * 1000) / trips.count,
    bytes: trips.bytes / (trips.packets / 2),
  }
}

const nothing = (): Measured => ({ perSecond: [], server: [], load: [], bytes: [] })

const describe = (name: string, { perSecond, server, load, bytes }: Measured): string =>
  `${name}: ${whole(median(perSecond))} round trips/s, ${micros(median(server))} of server CPU each (load program ${micros(median(load))}), ${whole(median(bytes))} bytes back`

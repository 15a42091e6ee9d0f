import type { Rig, Row } from '../bench.ts'
import type { RoundTrips } from '../programs/load.ts'
import { progress } from '../progress.ts'
import { median, ratios, spread } from '../stats.ts'
import { micros, times, whole, type Result } from '../table.ts'
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

/**
 * 500 clients, each with one update in flight: the whole path against aedes echoing the same packets. Aedes as its
 * README starts it waits most of the time (Nagle's algorithm against delayed ACKs); with TCP_NODELAY it is as fast as
 * it can be.
 */
export const roundTrips: Row = {
  name: 'updates',
  title: 'job updates',
  measure: async (bench) => {
    const hub = await bench.hub(await bench.seeded(CLIENTS))
    const plain = await bench.aedes({ tuned: false })
    const tuned = await bench.aedes()
    const rigs = { hub, plain, tuned }
    for (const rig of Object.values(rigs)) await rig.load.ask('connect', rig.port, 0, CLIENTS)
    await hub.launch(JOB)
    await rolledOut(hub, JOB, CLIENTS)
    for (const aedes of [plain, tuned]) await aedes.server.ask('serve', JOB)
    const measured = { hub: nothing(), plain: nothing(), tuned: nothing() }
    // The first round warms the code up and does not count.
    for (let round = 0; round <= bench.rounds; round += 1) {
      for (const [name, rig] of Object.entries(rigs) as [keyof typeof rigs, Rig][]) {
        progress(`job updates: round ${round} of ${bench.rounds}, ${name}`)
        const figures = await measureRound(rig, bench.roundMs)
        if (round > 0) for (const key of KEYS) measured[name][key].push(figures[key])
      }
    }
    await Promise.all(Object.values(rigs).map((rig) => rig.end()))
    return [
      compare('job-update round trips/s, 500 clients', measured.hub, measured.plain, [
        describe('hub', measured.hub),
        describe('aedes as its README starts it', measured.plain),
      ]),
      compare('the same against aedes at its fastest', measured.hub, measured.tuned, [
        describe('aedes with TCP_NODELAY and no concurrency limit', measured.tuned),
        `server CPU of the hub against it: ${times(median(ratios(measured.hub.server, measured.tuned.server)))}`,
      ]),
    ]
  },
}

function compare(what: string, hub: Measured, aedes: Measured, notes: string[]): Result {
  const compared = ratios(hub.perSecond, aedes.perSecond)
  const value = median(compared)
  return {
    row: 'updates',
    what,
    bar: `≥ ${times(BAR)} aedes`,
    measured: times(value),
    spread: spread(compared, times),
    holds: value >= BAR,
    notes,
    raw: { hub, aedes, ratios: compared },
  }
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

const KEYS = ['perSecond', 'server', 'load', 'bytes'] as const

const nothing = (): Measured => ({ perSecond: [], server: [], load: [], bytes: [] })

const describe = (name: string, { perSecond, server, load, bytes }: Measured): string =>
  `${name}: ${whole(median(perSecond))} round trips/s, ${micros(median(server))} of server CPU each (load program ${micros(median(load))}), ${whole(median(bytes))} bytes back`

import type { Bench, HubRig, Row } from '../bench.ts'
import { progress } from '../progress.ts'
import { median, ratios, spread } from '../stats.ts'
import { micros, times, whole } from '../table.ts'
import { rolledOut } from './rolled-out.ts'

const SMALL = 100
const LARGE = 100_000
const ACTIVE = 100
const JOB = 'growth'
const BAR = 1.2

interface Measured {
  /** Microseconds of the hub's CPU per update. */
  cpu: number[]
  perSecond: number[]
}

/** The same 100 devices at work in a small fleet and in a large one; all of them have an execution. */
export const growth: Row = {
  name: 'growth',
  title: 'cost per update as the fleet grows',
  measure: async (bench) => {
    const large = bench.options.quick ? LARGE / 10 : LARGE
    progress(`cost per update: making a fleet of ${whole(large)}`)
    const hubs = [await prepare(bench, SMALL), await prepare(bench, large)] as const
    const measured = hubs.map((): Measured => ({ cpu: [], perSecond: [] }))
    for (let round = 0; round <= bench.rounds; round += 1) {
      for (const [index, hub] of hubs.entries()) {
        progress(`cost per update: round ${round} of ${bench.rounds}, fleet of ${whole(index === 0 ? SMALL : large)}`)
        const before = await hub.server.ask('cpu')
        const trips = await hub.load.ask('updates', JOB, bench.roundMs)
        if (round === 0) continue
        measured[index]!.cpu.push((((await hub.server.ask('cpu')) - before) * 1000) / trips.count)
        measured[index]!.perSecond.push((trips.count * 1000) / trips.ms)
      }
    }
    await Promise.all(hubs.map((hub) => hub.end()))
    const [small, big] = measured as [Measured, Measured]
    const compared = ratios(big.cpu, small.cpu)
    const value = median(compared)
    return [
      {
        row: 'growth',
        what: `cost per update, ${SMALL} → ${whole(large)} devices${bench.options.quick ? ' (--quick)' : ''}`,
        bar: `≤ ${times(BAR)}`,
        measured: times(value),
        spread: spread(compared, times),
        holds: value <= BAR,
        notes: [
          `cost is the hub's CPU time; ${ACTIVE} devices at work in either fleet, every device has an execution`,
          `${micros(median(small.cpu))} → ${micros(median(big.cpu))} each; ${whole(median(small.perSecond))} → ${whole(median(big.perSecond))} updates/s`,
        ],
        raw: { small, large: big, ratios: compared },
      },
    ]
  },
}

async function prepare(bench: Bench, devices: number): Promise<HubRig> {
  const hub = await bench.hub(await bench.seeded(devices))
  await hub.launch(JOB)
  await rolledOut(hub, JOB, devices)
  await hub.load.ask('connect', hub.port, 0, ACTIVE)
  return hub
}

import type { Rig, Row } from '../bench.ts'
import type { Memory } from '../programs/gauges.ts'
import { progress } from '../progress.ts'
import { median, spread } from '../stats.ts'
import { kilobytes, whole } from '../table.ts'

const BEFORE = 1000
const DEVICES = 15_000
const BAR = 4 * 1024

/** What one more idle device costs: connected, subscribed to what devices that take jobs subscribe to. */
export const memory: Row = {
  name: 'memory',
  title: 'memory per idle device',
  measure: async (bench) => {
    const devices = bench.options.quick ? 2000 : bench.fleet(DEVICES + BEFORE) - BEFORE
    const rounds = bench.options.quick ? 2 : 3
    const hub: Memory[] = []
    const aedes: Memory[] = []
    for (let round = 1; round <= rounds; round += 1) {
      progress(`memory per idle device: round ${round} of ${rounds}, hub`)
      hub.push(await measureRound(await bench.hub(await bench.folder()), devices))
      progress(`memory per idle device: round ${round} of ${rounds}, aedes`)
      aedes.push(await measureRound(await bench.aedes(), devices))
    }
    const above = (gauge: keyof Memory): number[] => hub.map((memory, round) => memory[gauge] - aedes[round]![gauge])
    const value = median(above('rss'))
    return [
      {
        row: 'memory',
        what: 'resident memory per idle device, above aedes',
        bar: `≤ ${kilobytes(BAR)}`,
        measured: kilobytes(value),
        spread: spread(above('rss'), kilobytes),
        holds: value <= BAR,
        notes: [
          `heap and external: ${kilobytes(median(above('heap')))} above aedes (${spread(above('heap'), kilobytes)}); ${whole(devices)} devices, registered as they connect`,
          `each device: hub ${describe(hub)}; bare aedes ${describe(aedes)}`,
        ],
        raw: { devices, hub, aedes },
      },
    ]
  },
}

/** Bytes per device, beyond the first thousand, which fill what a process sets up once. */
async function measureRound(rig: Rig, devices: number): Promise<Memory> {
  await rig.load.ask('connect', rig.port, 0, BEFORE)
  const before = await rig.server.ask('memory')
  await rig.load.ask('connect', rig.port, BEFORE, devices)
  const after = await rig.server.ask('memory')
  await rig.end()
  return { rss: (after.rss - before.rss) / devices, heap: (after.heap - before.heap) / devices }
}

const describe = (memories: Memory[]): string =>
  `${kilobytes(median(memories.map(({ rss }) => rss)))} resident, ${kilobytes(median(memories.map(({ heap }) => heap)))} heap and external`

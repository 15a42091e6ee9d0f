import type { Bench, HubRig, Rig, Row } from '../bench.ts'
import { progress } from '../progress.ts'
import { median, ratios, spread } from '../stats.ts'
import { ms, times, whole } from '../table.ts'
import type { Delay } from '../programs/gauges.ts'
import type { Traffic } from '../programs/load.ts'

const DEVICES = 10_000
const BAR = 1
const BLOCK_BAR = 50

interface Measured {
  ms: number[]
  delays: Delay[]
  traffic: Traffic[]
}

/**
 * One job for the whole fleet, from CreateJob to the last device's last message; and how long it held up the event
 * loop.
 */
export const job: Row = {
  name: 'job',
  title: 'one job for all devices',
  measure: async (bench) => {
    const devices = bench.fleet(bench.options.quick ? 2000 : DEVICES)
    const hub = await bench.hub(await bench.seeded(devices))
    const aedes = await bench.aedes()
    for (const [name, rig] of [
      ['hub', hub],
      ['aedes', aedes],
    ] as const) {
      progress(`one job: connecting ${whole(devices)} devices to ${name}`)
      await rig.load.ask('connect', rig.port, 0, devices)
    }
    const results = await measureBoth(bench, hub, aedes, devices)
    await Promise.all([hub.end(), aedes.end()])
    const compared = ratios(results.hub.ms, results.aedes.ms)
    const value = median(compared)
    const blocks = results.hub.delays.map(({ max }) => max)
    const size =
      devices === DEVICES
        ? ''
        : devices === 2000
          ? ' (--quick)'
          : ' (fewer than 10,000: the system allows no more sockets)'
    return [
      {
        row: 'job',
        what: `one job, ${whole(devices)} devices, QUEUED → SUCCEEDED${size}`,
        bar: `≤ ${times(BAR)} aedes`,
        measured: times(value),
        spread: spread(compared, times),
        holds: value <= BAR,
        notes: [describe('hub', results.hub), describe('bare aedes', results.aedes)],
        raw: { devices, hub: results.hub, aedes: results.aedes, ratios: compared },
      },
      {
        row: 'job',
        what: `longest event-loop block during that job${size}`,
        bar: `≤ ${BLOCK_BAR} ms`,
        measured: ms(Math.max(...blocks)),
        spread: spread(blocks, ms),
        holds: Math.max(...blocks) <= BLOCK_BAR,
        notes: [describeDelay('hub', results.hub), describeDelay('bare aedes', results.aedes)],
        raw: { hub: results.hub.delays, aedes: results.aedes.delays },
      },
    ]
  },
}

async function measureBoth(
  bench: Bench,
  hub: HubRig,
  aedes: Rig,
  devices: number,
): Promise<{ hub: Measured; aedes: Measured }> {
  const results = { hub: nothing(), aedes: nothing() }
  const sides = [
    ['hub', hub],
    ['aedes', aedes],
  ] as const
  // The first round warms the code up and does not count.
  for (let round = 0; round <= bench.rounds; round += 1) {
    for (const [name, rig] of sides) {
      progress(`one job for ${whole(devices)} devices: round ${round} of ${bench.rounds}, ${name}`)
      const measured = await measureRound(rig, `job-${round}`)
      if (round === 0) continue
      for (const key of ['ms', 'delays', 'traffic'] as const) (results[name][key] as unknown[]).push(measured[key])
    }
    const succeeded = await hub.server.ask('succeeded', `job-${round}`)
    if (succeeded !== devices) throw new Error(`${succeeded} of ${devices} executions have succeeded`)
  }
  return results
}

async function measureRound(
  { server, load, launch }: Rig,
  name: string,
): Promise<{ ms: number; delays: Delay; traffic: Traffic }> {
  await load.ask('arm', name)
  await server.ask('watchDelay')
  const from = performance.now()
  await launch(name)
  const traffic = await load.ask('finished')
  return { ms: performance.now() - from, delays: await server.ask('delay'), traffic }
}

const nothing = (): Measured => ({ ms: [], delays: [], traffic: [] })

const describe = (name: string, { ms: taken, traffic }: Measured): string =>
  `${name}: ${ms(median(taken))}, ${whole(median(traffic.map(({ packets }) => packets)))} packets (${whole(median(traffic.map(({ bytes }) => bytes)) / 1024)} KB) to the devices`

function describeDelay(name: string, { delays }: Measured): string {
  const [longest, p99, work] = [
    delays.map(({ max }) => max),
    delays.map((delay) => delay.p99),
    delays.map((delay) => delay.work),
  ]
  const own = `${ms(Math.max(...work))} of CPU time in one go at most`
  return `${name}: longest ${ms(Math.max(...longest))} (median of the rounds ${ms(median(longest))}), 99 % below ${ms(median(p99))}; ${own}`
}

import type { Bench, CrowdRig, Row } from '../bench.ts'
import { progress } from '../progress.ts'
import { median, percentile, ratios, spread } from '../stats.ts'
import { ms, times, whole, type Result } from '../table.ts'

const HTTP_CONNECTIONS = 200
const MQTT_CLIENTS = 1000
const DROPPED = 5000
const UPDATING = 200
const HANDSHAKES = 200
/** So many at a time are connected before all are dropped. */
const ABREAST = 500

/** 200 HTTP connections at once, each with one shadow update after the other. */
export const http: Row = {
  name: 'http',
  title: 'HTTP connections at once',
  measure: (bench) =>
    repeat(bench, async ({ crowd, server }, round) => {
      const { http: port } = server
      const { first, later, errors } = await crowd.ask('post', port, HTTP_CONNECTIONS, bench.roundMs)
      if (errors > 0) throw new Error(`round ${round}: ${errors} errors`)
      const perSecond = (first.length + later.length) / (bench.roundMs / 1000)
      return {
        first: Math.max(...first),
        p50: median(later),
        p99: percentile(later, 99),
        max: Math.max(...later),
        perSecond,
      }
    }).then(({ first, p50, p99, max, perSecond }) => [
      result('http', `first answer, the last of ${HTTP_CONNECTIONS} HTTP connections`, first!, 300, []),
      result('http', 'shadow updates on them: 99 of 100 within', p99!, 125, [
        `half within ${ms(median(p50!))}, the slowest ${ms(median(max!))}; ${whole(median(perSecond!))} a second`,
      ]),
    ]),
}

/** 1,000 MQTT clients connect at once. */
export const connects: Row = {
  name: 'connects',
  title: 'MQTT clients that connect at once',
  measure: (bench) =>
    repeat(bench, async ({ crowd, server }) => {
      const waited = await crowd.ask('greet', server.port, 0, MQTT_CLIENTS)
      await crowd.ask('drop')
      return { p50: median(waited), p99: percentile(waited, 99), max: Math.max(...waited) }
    }).then(({ p50, p99, max }) => [
      result('connects', `CONNACK, half of ${whole(MQTT_CLIENTS)} clients within`, p50!, 300, [
        `99 of 100 within ${ms(median(p99!))}, the last after ${ms(median(max!))}`,
      ]),
    ]),
}

/** 5,000 clients drop at once; what another client notices of it. */
export const drops: Row = {
  name: 'drops',
  title: 'MQTT clients that drop at once',
  measure: (bench) => {
    const clients = bench.fleet(bench.options.quick ? DROPPED / 5 : DROPPED)
    return repeat(bench, async ({ crowd, bystander, server }) => {
      for (let at = 0; at < clients; at += ABREAST)
        await crowd.ask('greet', server.port, at, Math.min(ABREAST, clients - at))
      await bystander.ask('startPinging', server.port)
      await server.child.ask('watchDelay')
      await crowd.ask('drop')
      await new Promise((resolve) => setTimeout(resolve, 1500))
      const { max: stall, work } = await server.child.ask('delay')
      const pings = await bystander.ask('pings')
      return { ping: Math.max(...pings), stall, work }
    }).then(({ ping, stall, work }) => [
      result('drops', `slowest ping while ${whole(clients)} clients drop at once`, ping!, 100, [
        `the hub's event loop was held up for ${ms(median(stall!))}, ${ms(median(work!))} of them at work`,
      ]),
    ])
  },
}

/** What a TLS handshake costs the hub, with clients that can do ECDSA and with others. */
export const handshakes: Row = {
  name: 'handshakes',
  title: 'TLS handshakes',
  measure: async (bench) => {
    const { crowd, server, end } = await bench.crowd()
    const cpuOf = async (sigalgs?: string): Promise<number> => {
      const before = await server.child.ask('cpu')
      await crowd.ask('shake', server.mqtts, HANDSHAKES, sigalgs)
      return ((await server.child.ask('cpu')) - before) / HANDSHAKES
    }
    const [ecdsa, rsa]: [number[], number[]] = [[], []]
    // The first round warms the code up and does not count.
    for (let round = 0; round <= bench.rounds; round += 1) {
      const taken = [await cpuOf(), await cpuOf('RSA-PSS+SHA256:RSA+SHA256')] as const
      if (round === 0) continue
      ecdsa.push(taken[0])
      rsa.push(taken[1])
    }
    await end()
    const note = `with RSA ${ms(median(rsa))}, ${times(median(ratios(rsa, ecdsa)))} as much`
    return [result('handshakes', "a TLS handshake with ECDSA, the hub's CPU", ecdsa, 1.4, [note])]
  },
}

/** The same updates with everything in memory and on disk. */
export const memoryStore: Row = {
  name: 'in-memory',
  title: 'shadow updates in memory and on disk',
  measure: async (bench) => {
    const rigs = [await bench.crowd(true), await bench.crowd(false)]
    const rates: number[][] = [[], []]
    for (const { crowd, server } of rigs) await crowd.ask('greet', server.port, 0, UPDATING)
    // The first round warms the code up and does not count.
    for (let round = 0; round <= bench.rounds; round += 1) {
      for (const [i, { crowd }] of rigs.entries()) {
        const count = await crowd.ask('update', bench.roundMs)
        if (round > 0) rates[i]!.push((count * 1000) / bench.roundMs)
      }
    }
    await Promise.all(rigs.map((rig) => rig.end()))
    const [memory, disk] = rates as [number[], number[]]
    const compared = ratios(memory, disk)
    return [
      {
        row: 'in-memory',
        what: `shadow updates/s of ${UPDATING} clients, in memory`,
        bar: `≥ ${times(1)} on disk`,
        measured: times(median(compared)),
        spread: spread(compared, times),
        holds: median(compared) >= 1,
        notes: [`${whole(median(memory))} a second in memory, ${whole(median(disk))} on disk`],
        raw: { memory, disk },
      },
    ]
  },
}

/** Each round has a hub of its own, so that none is warm. */
async function repeat(bench: Bench, measure: (rig: CrowdRig, round: number) => Promise<Record<string, number>>) {
  const figures: Record<string, number[]> = {}
  for (let round = 1; round <= bench.rounds; round += 1) {
    progress(`round ${round} of ${bench.rounds}`)
    const rig = await bench.crowd()
    for (const [name, value] of Object.entries(await measure(rig, round))) (figures[name] ??= []).push(value)
    await rig.end()
  }
  return figures
}

const result = (row: string, what: string, taken: number[], bar: number, notes: string[]): Result => ({
  row,
  what,
  bar: `≤ ${ms(bar)}`,
  measured: ms(median(taken)),
  spread: spread(taken, ms),
  holds: median(taken) <= bar,
  notes,
  raw: { ms: taken },
})

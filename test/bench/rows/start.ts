import { cp } from 'node:fs/promises'
import type { Bench, Row } from '../bench.ts'
import { progress } from '../progress.ts'
import { median, spread } from '../stats.ts'
import { ms, whole, type Result } from '../table.ts'
import { rolledOut } from './rolled-out.ts'

const DEVICES = 100_000
const EMPTY_BAR = 300
const FULL_BAR = 2000

/** `createHub().start()` in a fresh process, from the call until every listener is bound. */
export const start: Row = {
  name: 'start',
  title: 'start',
  measure: async (bench) => {
    const devices = bench.options.quick ? DEVICES / 10 : DEVICES
    const cold = await repeat(bench, 'no certificates yet', () => bench.folder())
    const used = await bench.folder()
    await startOnce(bench, used)
    const warm = await repeat(bench, 'an empty store', () => copyOf(bench, used))
    progress(`start: making a fleet of ${whole(devices)}`)
    const filled = await fill(bench, devices)
    const full = await repeat(bench, `${whole(devices)} devices`, () => Promise.resolve(filled))
    return [
      result('start() with an empty store', warm, EMPTY_BAR, []),
      result('start() for the very first time', cold, undefined, [
        'keys and certificates of the authority and the server are made',
      ]),
      result(`start() with ${whole(devices)} devices${bench.options.quick ? ' (--quick)' : ''}`, full, FULL_BAR, [
        'each with one execution',
      ]),
    ]
  },
}

function result(what: string, taken: number[], bar: number | undefined, notes: string[]): Result {
  const value = median(taken)
  return {
    row: 'start',
    what,
    bar: bar === undefined ? '' : `≤ ${ms(bar)}`,
    measured: ms(value),
    spread: spread(taken, ms),
    ...(bar !== undefined && { holds: value <= bar }),
    notes,
    raw: { ms: taken },
  }
}

async function repeat(bench: Bench, what: string, folder: () => Promise<string>): Promise<number[]> {
  const taken: number[] = []
  for (let round = 1; round <= bench.rounds; round += 1) {
    progress(`start: ${what}, round ${round} of ${bench.rounds}`)
    taken.push(await startOnce(bench, await folder()))
  }
  return taken
}

async function startOnce(bench: Bench, folder: string): Promise<number> {
  const hub = bench.idleHub()
  const { ms: taken } = await hub.ask('start', folder)
  await hub.ask('stop')
  await hub.end()
  return taken
}

async function copyOf(bench: Bench, folder: string): Promise<string> {
  const copy = await bench.folder()
  await cp(folder, copy, { recursive: true })
  return copy
}

/** A folder left behind by a hub that gave every device an execution. */
async function fill(bench: Bench, devices: number): Promise<string> {
  const folder = await bench.seeded(devices)
  const hub = await bench.hub(folder)
  await hub.launch('fill')
  await rolledOut(hub, 'fill', devices)
  await hub.server.ask('stop')
  await hub.end()
  return folder
}

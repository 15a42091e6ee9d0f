import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Endpoints } from '../../src/shared/api.ts'
import type { Random } from '../../src/sim/random.ts'
import type { Place } from '../builders/hub.ts'
import type { TestClient } from '../builders/mqtt-client.ts'
import { check, furnish, settle, subscribe } from './check.ts'
import { HubProcess } from './hub-process.ts'
import { load } from './load.ts'
import { Oracle } from './oracle.ts'
import type { Plant } from './plants.ts'

/** Small: snapshots are what is worth being killed in. */
const JOURNAL_LIMIT = 40_000
/** From the first request to the kill, milliseconds. */
const LOAD_MS = [80, 700] as const
/** From the start of the process; a start takes a few hundred. */
const STARTING_MS = [20, 500] as const
/** This share of kills hits a hub that is starting. */
const EARLY = 0.25

export interface Run {
  program: string
  data: string
  kills: number
  random: Random
  plant?: Plant
  /** Told of every kill. */
  tell(line: string): void
}

export interface Outcome {
  kills: number
  acknowledged: number
  messages: number
  losses: string[]
  /** The plant has found something to lose. */
  planted: boolean
}

/**
 * Starts a hub, loads it, kills it, looks; as often as asked, or until something is lost. At last it is stopped as
 * users do it.
 */
export async function live({ program, data, kills, random, plant, tell }: Run): Promise<Outcome> {
  const oracle = new Oracle()
  const outcome: Outcome = { kills: 0, acknowledged: 0, messages: 0, losses: [], planted: false }
  const between = ([least, most]: readonly [number, number]): number => Math.round(least + random() * (most - least))
  const start = (): HubProcess => new HubProcess(program, data, JOURNAL_LIMIT)

  let hub = await ready(start())
  await furnish(hub.place)
  while (outcome.kills < kills && outcome.losses.length === 0) {
    const killedAt = between(LOAD_MS)
    const awake = await subscribe(hub.place, 'awake', oracle, outcome.losses)
    const gone = Promise.all([load(hub.place, oracle, random), receive(awake, oracle)])
    await pause(killedAt)
    await hub.process.end('SIGKILL')
    await gone
    outcome.kills += 1
    let early = 0
    while (random() < EARLY && outcome.kills < kills) {
      const starting = start()
      await pause(between(STARTING_MS))
      await starting.end('SIGKILL')
      outcome.kills += 1
      early += 1
    }
    const state = join(data, 'state')
    if (plant !== undefined && !outcome.planted && existsSync(state)) outcome.planted = await plant(state)
    hub = await ready(start())
    outcome.losses.push(...(await check(hub.place, oracle)))
    Object.assign(outcome, { acknowledged: oracle.acknowledged, messages: oracle.messages })
    const starts = early === 0 ? '' : `, and ${early} while it started`
    const acknowledged = `${oracle.acknowledged} changes, ${oracle.messages} messages acknowledged`
    tell(`killed ${killedAt} ms into the load${starts}; ${acknowledged}`)
  }
  const code = await hub.process.end('SIGTERM')
  if (code !== 0) outcome.losses.push(`the hub ended with ${code} when it was stopped: ${hub.process.complaints}`)
  if (outcome.losses.length > 0) return outcome
  hub = await ready(start())
  outcome.losses.push(...(await check(hub.place, oracle)))
  await hub.process.end('SIGTERM')
  return outcome
}

interface Ready {
  process: HubProcess
  place: Place
}

async function ready(process: HubProcess): Promise<Ready> {
  return { process, place: placeAt(await process.ready) }
}

const placeAt = (endpoints: Endpoints): Place => ({ endpoints, ca: '', folder: '' })

/** Receives and settles until the hub is gone. */
async function receive(awake: TestClient, oracle: Oracle): Promise<void> {
  try {
    for (;;) {
      await settle(awake, 'awake', oracle)
      await pause(50)
    }
  } catch {
    await awake.closed
  }
}

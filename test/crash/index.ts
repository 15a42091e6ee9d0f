import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { randomOf } from '../../src/sim/random.ts'
import { buildHub } from './hub-process.ts'
import { live, type Outcome } from './lives.ts'
import { plants } from './plants.ts'

const USAGE = `npm run crash -- [--kills N] [--seed S] [--plants]

  --kills N   kill a hub under load so often, and look after each kill for what it had acknowledged (20)
  --seed S    the same seed kills at the same instants (a new one each time)
  --plants    also bring about losses of every kind, and fail unless each is noticed`

const { values: flags } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    plants: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** A planted loss may need a few lives until there is something to lose, and one more to be noticed. */
const KILLS_TO_NOTICE = 8

async function main(): Promise<boolean> {
  const [kills, seed] = [Number(flags.kills), Number(flags.seed)]
  if (!Number.isInteger(kills) || kills < 0 || !Number.isInteger(seed)) throw new Error(USAGE)
  const folder = await mkdtemp(join(tmpdir(), 'iot-hub-crash-'))
  try {
    const program = await buildHub(folder)
    console.log(`seed ${seed}`)
    const run = (name: string, count: number, more: object): Promise<Outcome> =>
      live({ program, data: join(folder, name), kills: count, random: randomOf(seed, name), tell: () => {}, ...more })
    let done = 0
    const tell = (line: string): void => console.log(`${String((done += 1)).padStart(4)}  ${line}`)
    const outcome = kills === 0 ? undefined : await run('sound', kills, { tell })
    if (outcome !== undefined) report(outcome)
    let well = outcome === undefined || outcome.losses.length === 0
    for (const [name, plant] of flags.plants ? Object.entries(plants) : []) {
      const { planted, losses } = await run(name, KILLS_TO_NOTICE, { plant: plant() })
      const noticed = planted && losses.length > 0
      const how = noticed ? `noticed: ${losses[0]}` : planted ? 'NOT NOTICED' : 'there was nothing to lose'
      console.log(`planted: ${name}: ${how}`)
      well &&= noticed
    }
    return well
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function report({ kills, acknowledged, messages, losses }: Outcome): void {
  console.log(`${kills} kills, ${acknowledged} acknowledged changes, ${messages} messages, ${losses.length} losses`)
  for (const loss of losses.slice(0, 20)) console.log(`  LOST  ${loss}`)
}

if (flags.help) console.log(USAGE)
else process.exitCode = (await main()) ? 0 : 1

import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { Bench } from './bench.ts'
import { bundlePrograms } from './bundle.ts'
import { progress } from './progress.ts'
import { connects, drops, handshakes, http, memoryStore } from './rows/crowds.ts'
import { growth } from './rows/growth.ts'
import { job } from './rows/job.ts'
import { memory } from './rows/memory.ts'
import { roundTrips } from './rows/round-trips.ts'
import { start } from './rows/start.ts'
import { formatTable, type Result } from './table.ts'

const ROWS = [roundTrips, job, growth, memory, start, http, connects, drops, memoryStore, handshakes]

const USAGE = `npm run bench -- [--quick] [--only NAME]… [--json FILE] [--profile DIR]

  --quick        fewer rounds and smaller fleets, under a minute
  --only NAME    one of ${ROWS.map(({ name }) => name).join(', ')}; may be repeated
  --json FILE    also write every round's figures there
  --profile DIR  write a CPU profile of each hub process there (slows it down)`

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    json: { type: 'string' },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

/** How many files a process may have open; Node itself raises its limit to the hard one. */
function socketLimit(): number {
  if (process.platform === 'win32') return Infinity
  const limit = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim()
  return limit === 'unlimited' ? Infinity : Number(limit)
}

async function main(): Promise<void> {
  if (flags.help) return console.log(USAGE)
  const unknown = flags.only?.find((name) => !ROWS.some((row) => row.name === name))
  if (unknown !== undefined) throw new Error(`there is no row ${unknown}\n${USAGE}`)
  const from = performance.now()
  progress('compiling')
  await bundlePrograms()
  const bench = new Bench({ quick: flags.quick, profile: flags.profile, sockets: socketLimit() })
  const results: Result[] = []
  try {
    for (const row of ROWS.filter(({ name }) => flags.only?.includes(name) ?? true)) {
      progress(row.title)
      results.push(...(await row.measure(bench)))
    }
  } finally {
    await bench.close()
    progress('')
  }
  console.log(formatTable(results))
  console.log(
    `\nNode ${process.versions.node}, ${Math.round((performance.now() - from) / 1000)} s; medians of rounds that took turns: hub, aedes, hub, aedes, …`,
  )
  if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(results, undefined, 2)}\n`)
}

await main()

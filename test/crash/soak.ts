import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { deviceScriptOf } from '../../src/hub/create-hub.ts'
import { SimFleet } from '../../src/sim/fleet.ts'
import { nodeFiles, type Files } from '../../src/store/files.ts'
import { journalName, journalsIn, loadStore, SNAPSHOT } from '../../src/store/load.ts'
import { MIGRATIONS } from '../../src/store/migrations.ts'
import { awsClients } from '../builders/aws-clients.ts'
import type { Place } from '../builders/hub.ts'
import { connectMqtt } from '../builders/mqtt-client.ts'
import { createJob } from '../builders/operator.ts'
import { buildHub, HubProcess } from './hub-process.ts'

const USAGE = `npm run soak -- [--minutes N] [--every SECONDS]

  A hub with a small fleet that works on a job a minute, clients that come and go, and clients that subscribe with a
  kept session and never return, while messages go to all of them. Prints how memory, queues and snapshot grow.

  --minutes N      how long (10)
  --every SECONDS  how often a line is printed (10)`

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    every: { type: 'string', default: '10' },
    help: { type: 'boolean', default: false },
  },
})

const FLEET = 50
/** A second. */
const MESSAGES = 20
const VISITORS = 2
const ABANDONED = 5
const JOB_MS = 60_000
/** As a hub has it that nobody has told otherwise. */
const JOURNAL_LIMIT = 32 * 1024 * 1024
const MB = 1024 * 1024

/** Only looks: what seems damaged is a file that is being replaced. */
const lookingFiles: Files = { ...nodeFiles, copy: () => Promise.resolve(), remove: () => Promise.resolve() }

interface Row {
  seconds: number
  memory: number
  sessions: number
  queued: number
  snapshot: number
  journal: number
}

async function rowOf(hub: HubProcess, state: string, seconds: number): Promise<Row> {
  const { data } = await loadStore({ directory: state, files: lookingFiles, migrations: MIGRATIONS, warn: () => {} })
  const count = (names: RegExp): number =>
    [...data.tables].reduce((sum, [name, records]) => sum + (names.test(name) ? records.size : 0), 0)
  const sizes = async (names: string[]): Promise<number> => {
    const all = await Promise.all(names.map((name) => stat(join(state, name)).catch(() => ({ size: 0 }))))
    return all.reduce((sum, { size }) => sum + size, 0)
  }
  const journals = journalsIn(await nodeFiles.list(state)).map(journalName)
  return {
    seconds,
    memory: Number(execFileSync('ps', ['-o', 'rss=', '-p', String(hub.pid)], { encoding: 'utf8' })) * 1024,
    sessions: count(/^mqttSessions$/),
    queued: count(/^mqttQueue$/),
    snapshot: await sizes([SNAPSHOT]),
    journal: await sizes(journals),
  }
}

/** Does that so often a second, until it is over. */
async function steadily(
  perSecond: number,
  over: AbortSignal,
  work: (count: number) => Promise<unknown>,
): Promise<void> {
  for (let count = 0; !over.aborted; count += 1) {
    await work(count).catch(() => {})
    await pause(1000 / perSecond, undefined, { signal: over }).catch(() => {})
  }
}

async function soak(place: Place, over: AbortSignal): Promise<void> {
  const aws = awsClients(place)
  const names = Array.from({ length: FLEET }, (_, index) => `machine-${index}`)
  const fleet = new SimFleet({ url: `mqtt://localhost:${place.endpoints.mqtt}`, names, script: deviceScriptOf('aws') })
  await fleet.start()
  const publisher = await connectMqtt(place, 'publisher')
  const arns = names.map((name) => `arn:aws:iot:us-east-1:123456789012:thing/${name}`)
  await Promise.all([
    steadily(MESSAGES, over, (count) => publisher.publish(`news/${count % 10}`, 'x'.repeat(200))),
    steadily(VISITORS, over, async (count) => {
      const visitor = await connectMqtt(place, `visitor-${count}`)
      await visitor.subscribe('news/#')
      await visitor.end()
    }),
    steadily(ABANDONED, over, async (count) => {
      const gone = await connectMqtt(place, `gone-${count}`, { clean: false })
      await gone.subscribe('news/#')
      await gone.end()
    }),
    steadily(1000 / JOB_MS, over, (count) => createJob(aws, `job-${count}`, arns, {})),
  ])
  await publisher.end().catch(() => {})
  await fleet.stop()
  aws.destroy()
}

async function main(): Promise<void> {
  const [minutes, every] = [Number(flags.minutes), Number(flags.every)]
  if (!(minutes > 0) || !(every > 0)) throw new Error(USAGE)
  const folder = await mkdtemp(join(tmpdir(), 'iot-hub-soak-'))
  const over = new AbortController()
  try {
    const data = join(folder, 'data')
    const hub = new HubProcess(await buildHub(folder), data, JOURNAL_LIMIT)
    const place: Place = { endpoints: await hub.ready, ca: '', folder }
    const soaked = soak(place, over.signal)
    console.log('    time   memory MB   kept sessions   messages waiting   snapshot MB   journal MB')
    const from = performance.now()
    while (performance.now() - from < minutes * 60_000) {
      await Promise.race([pause(every * 1000), soaked])
      const row = await rowOf(hub, join(data, 'state'), Math.round((performance.now() - from) / 1000))
      const cells = [`${row.seconds} s`, mb(row.memory), row.sessions, row.queued, mb(row.snapshot), mb(row.journal)]
      const widths = [8, 12, 16, 19, 14, 13]
      console.log(cells.map((cell, index) => String(cell).padStart(widths[index]!)).join(''))
    }
    over.abort()
    await soaked
    console.log(`stopped with ${await hub.end('SIGTERM')}`)
  } finally {
    over.abort()
    await rm(folder, { recursive: true, force: true })
  }
}

const mb = (bytes: number): string => (bytes / MB).toFixed(1)

if (flags.help) console.log(USAGE)
else await main()

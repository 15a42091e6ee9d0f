import { rmSync } from 'node:fs'
import { cp, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Child } from './child.ts'
import { FLEET, JOB_DOCUMENT } from './packets.ts'
import type { AedesCalls } from './programs/aedes.ts'
import type { CrowdCalls } from './programs/crowd.ts'
import type { Gauges } from './programs/gauges.ts'
import type { HubCalls } from './programs/hub.ts'
import type { LoadCalls } from './programs/load.ts'
import type { SeedCalls } from './programs/seed.ts'
import type { Result } from './table.ts'

/** A broker under load, and the process that loads it. */
export interface Rig {
  server: Child<Gauges>
  load: Child<LoadCalls>
  port: number
  /** Creates the job that every device of the fleet is to carry out. */
  launch(job: string): Promise<void>
  end(): Promise<void>
}

export interface HubRig extends Rig {
  server: Child<HubCalls>
}

export interface AedesRig extends Rig {
  server: Child<AedesCalls>
}

/** A hub without devices, the crowd that comes to it, and one who wants to be served meanwhile. */
export interface CrowdRig {
  server: { child: Child<HubCalls>; port: number; mqtts: number; http: number }
  crowd: Child<CrowdCalls>
  bystander: Child<CrowdCalls>
  end(): Promise<void>
}

export interface BenchOptions {
  /** Fewer rounds and smaller fleets. */
  quick: boolean
  /** Where CPU profiles of the hub go. */
  profile: string | undefined
  /** The most sockets a process may have. */
  sockets: number
}

/**
 * What the rows of the table share: processes, which end with `close`, and folders, which go when this process ends.
 */
export class Bench {
  readonly options: BenchOptions
  readonly #folders: string[] = []
  readonly #seeded = new Map<number, Promise<string>>()
  readonly #open = new Set<Child<object>>()

  constructor(options: BenchOptions) {
    this.options = options
    process.once('exit', () => this.#folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))
  }

  get rounds(): number {
    return this.options.quick ? 3 : 5
  }

  /** How long one round of updates lasts, in milliseconds. */
  get roundMs(): number {
    return this.options.quick ? 700 : 2000
  }

  /** So many devices as were wanted, or as this system lets one process connect. */
  fleet(wanted: number): number {
    return Math.min(wanted, this.options.sockets - 200)
  }

  async folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'iot-hub-bench-'))
    this.#folders.push(folder)
    return folder
  }

  /** A folder with so many registered devices. */
  async seeded(devices: number): Promise<string> {
    let folder = this.#seeded.get(devices)
    if (folder === undefined) this.#seeded.set(devices, (folder = this.#seed(devices)))
    const copy = await this.folder()
    await cp(await folder, copy, { recursive: true })
    return copy
  }

  /** The hub on that folder; `devices` of its fleet connect. */
  async hub(folder: string): Promise<HubRig> {
    const server = this.#child(new Child<HubCalls>('hub', this.#profiling()))
    const { mqtt: port, http } = await server.ask('start', folder)
    return this.#rig(server, port, (job) => createJob(http, job))
  }

  /** A fresh hub, in memory if that is wanted. */
  async crowd(memory = false): Promise<CrowdRig> {
    const child = this.#child(new Child<HubCalls>('hub', this.#profiling()))
    const { mqtt: port, mqtts, http } = await child.ask('start', await this.folder(), memory)
    const crowd = this.#child(new Child<CrowdCalls>('crowd'))
    const bystander = this.#child(new Child<CrowdCalls>('crowd'))
    const end = async (): Promise<void> => void (await Promise.all([crowd, bystander, child].map((one) => one.end())))
    return { server: { child, port, mqtts, http }, crowd, bystander, end }
  }

  /** Bare aedes with the settings that make it fastest, or as its README starts it. */
  async aedes({ tuned = true } = {}): Promise<AedesRig> {
    const server = this.#child(new Child<AedesCalls>('aedes'))
    const { mqtt: port } = await server.ask('start', tuned)
    return this.#rig(server, port, (job) => server.ask('launch', job))
  }

  /** A process that does nothing yet; for measuring how a hub starts. */
  idleHub(): Child<HubCalls> {
    return this.#child(new Child<HubCalls>('hub'))
  }

  /** Ends every process that is left. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((child) => child.end()))
  }

  async #seed(devices: number): Promise<string> {
    const folder = await this.folder()
    const child = this.#child(new Child<SeedCalls>('seed'))
    await child.ask('fleet', folder, devices)
    await child.end()
    return folder
  }

  #rig<S extends Child<HubCalls> | Child<AedesCalls>>(
    server: S,
    port: number,
    launch: Rig['launch'],
  ): Rig & { server: S } {
    const load = this.#child(new Child<LoadCalls>('load'))
    return { server, load, port, launch, end: async () => void (await Promise.all([load.end(), server.end()])) }
  }

  #profiling(): string[] {
    const { profile } = this.options
    return profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  }

  #child<C extends Child<never>>(child: C): C {
    this.#open.add(child as unknown as Child<object>)
    return child
  }
}

/** One row of the table, or several that are measured in one go. */
export interface Row {
  name: string
  /** What the progress line says. */
  title: string
  measure(bench: Bench): Promise<Result[]>
}

/** CreateJob for the whole fleet, as any control-plane client asks for it [aws 3.3]. */
async function createJob(port: number, job: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/jobs/${job}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      targets: [`arn:aws:iot:us-east-1:123456789012:thinggroup/${FLEET}`],
      document: JOB_DOCUMENT,
    }),
  })
  if (!response.ok) throw new Error(`CreateJob answered ${response.status}: ${await response.text()}`)
}

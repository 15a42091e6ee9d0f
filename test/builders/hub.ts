import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createHub } from '../../src/hub/create-hub.ts'
import type { Hub, HubExtras } from '../../src/hub/hub.ts'
import type { Endpoints } from '../../src/shared/api.ts'
import { defaultOptions, type HubOptions } from '../../src/shared/options.ts'
import { within } from './within.ts'

/** A hub on free ports, with what a client on the outside would know of it. */
export interface TestHub extends Place {
  hub: Hub
  stop(): Promise<void>
}

/** Where a hub is reached, in this process or another. */
export interface Place {
  endpoints: Endpoints
  /** The certificate to trust, PEM. */
  ca: string
  /** A temporary folder for the files of clients. */
  folder: string
}

/** Starts a hub with everything in memory and in a temporary folder, which `stop` removes. */
export async function startHub(overrides: Partial<HubOptions> = {}, extras: HubExtras = {}): Promise<TestHub> {
  const folder = await mkdtemp(join(tmpdir(), 'iot-hub-wire-'))
  await mkdir(join(folder, 'buckets'))
  const hub = createHub(
    {
      ...defaultOptions,
      mqtt: 0,
      mqtts: 0,
      http: 0,
      https: 0,
      memory: true,
      data: join(folder, 'data'),
      bucket: join(folder, 'buckets'),
      ...overrides,
    },
    extras,
  )
  const endpoints = await within(hub.start(), 'the hub to start', 15_000)
  return {
    hub,
    endpoints,
    folder,
    ca: await readFile(endpoints.ca, 'utf8'),
    stop: async () => {
      await within(hub.stop(), 'the hub to stop', 15_000)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Puts a file into the local folder that stands in for S3. */
export async function putObject({ folder }: Place, bucket: string, key: string, content: string): Promise<void> {
  const path = join(folder, 'buckets', bucket, key)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}

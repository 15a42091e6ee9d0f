import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Endpoints } from '../shared/api.ts'

/** Where a hub that runs now can be found, as it writes it down itself. */
export interface HubLocator {
  pid: number
  /** Of the program. */
  version: string
  /** Real time, in milliseconds. */
  startedAt: number
  /** Its data folder. */
  data: string
  /** Where its API is reached from this machine. */
  url: string
  endpoints: Endpoints
}

/** A hub that was found to be alive, and the token that it obeys. */
export interface FoundHub extends HubLocator {
  token: string
}

const FILE = 'hub.json'
/** A live hub answers much sooner, even under load. */
const PATIENCE_MS = 3000

/** Writes down where a hub can be found: in its data folder, and in a list of hubs if there is one. Returns the way to take it back. */
export async function announce(locator: HubLocator, list?: string): Promise<() => Promise<void>> {
  const files = [join(locator.data, FILE), ...(list === undefined ? [] : [join(list, `${createHash('sha256').update(locator.data).digest('hex').slice(0, 16)}.json`)])]
  for (const file of files) await writeAtOnce(file, `${JSON.stringify(locator, null, 2)}\n`)
  return async () => {
    for (const file of files) {
      const current = await read(file)
      // In memory mode two hubs may share a folder; what the other one wrote stays.
      if (current?.pid === locator.pid && current.startedAt === locator.startedAt) await rm(file, { force: true })
    }
  }
}

/** The hub that runs on this data folder: its process lives and it answers to its token. `undefined` if there is none. */
export async function findHub(data: string): Promise<FoundHub | undefined> {
  const locator = await read(join(resolve(data), FILE))
  return locator && meet(locator)
}

/** The hubs of a list that are alive. */
export async function findHubs(list: string): Promise<FoundHub[]> {
  const names = await readdir(list).catch(() => [])
  const found = await Promise.all(names.filter((name) => name.endsWith('.json')).map(async (name) => read(join(list, name)).then((locator) => locator && meet(locator))))
  return found.filter((hub) => hub !== undefined)
}

async function meet(locator: HubLocator): Promise<FoundHub | undefined> {
  if (!isAlive(locator.pid)) return undefined
  try {
    const token = (await readFile(locator.endpoints.token, 'utf8')).trim()
    const response = await fetch(`${locator.url}/hub/status`, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(PATIENCE_MS) })
    await response.arrayBuffer()
    return response.ok ? { ...locator, token } : undefined
  } catch {
    // Nobody answers, or something else does.
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there, but somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Aside and renamed: who reads it reads all of it. */
async function writeAtOnce(file: string, text: string): Promise<void> {
  const aside = `${file}.${process.pid}.tmp`
  await mkdir(dirname(file), { recursive: true })
  await writeFile(aside, text, { mode: 0o600 })
  await rename(aside, file)
}

/** What the file says, if it is one of ours. */
async function read(file: string): Promise<HubLocator | undefined> {
  try {
    const value = JSON.parse(await readFile(file, 'utf8')) as Partial<HubLocator> | null
    const sound = typeof value?.pid === 'number' && Number.isInteger(value.pid) && value.pid > 0 && typeof value.url === 'string' && typeof value.endpoints?.token === 'string'
    return sound ? (value as HubLocator) : undefined
  } catch {
    return undefined
  }
}

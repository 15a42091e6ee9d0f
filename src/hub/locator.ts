import { createHash } from 'node:crypto'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isAlive, isProcess, isSameHost, thisProcess, type Process } from '../store/process-host.ts'
import type { Endpoints } from '../shared/api.ts'
import { isOnThisMachine } from './network.ts'
import { ownId, readOwn } from './own-files.ts'

/** Where a hub that runs now can be found, as it writes it down itself. */
export interface HubLocator extends Process {
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

/** How a hub is found that has announced itself. */
export interface Announcement {
  /** Another hub is found there, and this one is not, as long as that one runs. */
  readonly behind: HubLocator | undefined
  /** Announces it again where that has been deleted, or where the hub before it has ended. */
  renew(): Promise<void>
  withdraw(): Promise<void>
}

/** How a locator is judged. */
export interface Doubt {
  /** Told why there is a locator that is not believed. */
  onDoubt?(why: string): void
  /** Whose files are believed; this user's unless given. */
  uid?: number | undefined
}

const FILE = 'hub.json'
/** A live hub answers much sooner, even under load. */
const PATIENCE_MS = 3000

/**
 * Writes down where a hub can be found: in its data folder, and in a list of hubs if there is one. One that is found
 * there already stays.
 */
export async function announce(about: Omit<HubLocator, keyof Process>, list?: string): Promise<Announcement> {
  const locator: HubLocator = { ...thisProcess(), ...about }
  const { data } = locator
  const listed = `${createHash('sha256').update(data).digest('hex').slice(0, 16)}.json`
  const places = [
    { folder: data, file: join(data, FILE) },
    ...(list === undefined ? [] : [{ folder: list, file: join(list, listed) }]),
  ]
  const isOwn = (other: HubLocator): boolean => other.pid === locator.pid && other.startedAt === locator.startedAt
  let behind: HubLocator | undefined

  const renew = async (isGone: (other: HubLocator) => Promise<boolean>): Promise<void> => {
    behind = undefined
    for (const { folder, file } of places) {
      const current = await read(folder, file).catch(() => undefined)
      if (current !== undefined && isOwn(current)) continue
      if (current !== undefined && !(await isGone(current))) behind = current
      else await writeAtOnce(file, `${JSON.stringify(locator, null, 2)}\n`)
    }
  }
  await renew(async (other) => (await meet(other)) === undefined)
  return {
    get behind() {
      return behind
    },
    renew: () => renew((other) => Promise.resolve(isSameHost(other, locator) && !isAlive(other))),
    withdraw: async () => {
      for (const { folder, file } of places) {
        const current = await read(folder, file).catch(() => undefined)
        if (current !== undefined && isOwn(current)) await rm(file, { force: true })
      }
    },
  }
}

/**
 * The hub that runs on this data folder: its locator can be believed, and it answers to its token. `undefined` if there
 * is none.
 */
export async function findHub(data: string, doubt: Doubt = {}): Promise<FoundHub | undefined> {
  const folder = resolve(data)
  return find(folder, join(folder, FILE), () => folder, doubt)
}

/** The hubs of a list that are alive. */
export async function findHubs(list: string): Promise<FoundHub[]> {
  const names = await readdir(list).catch(() => [])
  const files = names.filter((name) => name.endsWith('.json')).map((name) => join(list, name))
  const found = await Promise.all(files.map((file) => find(list, file, ({ data }) => data, {})))
  return found.filter((hub) => hub !== undefined)
}

async function find(
  folder: string,
  file: string,
  dataOf: (locator: HubLocator) => string,
  doubt: Doubt,
): Promise<FoundHub | undefined> {
  try {
    const locator = await read(folder, file, doubt.uid)
    return locator && (await meet(locator, dataOf(locator), doubt.uid))
  } catch (error) {
    doubt.onDoubt?.(error instanceof Error ? error.message : String(error))
    return undefined
  }
}

/** Asks a hub whether it is there. Throws if its files are none to be believed. */
async function meet(locator: HubLocator, data = locator.data, uid = ownId()): Promise<FoundHub | undefined> {
  if (isSameHost(locator, thisProcess()) && !isAlive(locator)) return undefined
  const token = (await readOwn(data, locator.endpoints.token, uid))?.trim()
  if (token === undefined) return undefined
  const [headers, signal] = [{ authorization: `Bearer ${token}` }, AbortSignal.timeout(PATIENCE_MS)]
  try {
    const response = await fetch(`${locator.url}/hub/status`, { headers, signal, redirect: 'error' })
    await response.arrayBuffer()
    return response.ok ? { ...locator, token } : undefined
  } catch {
    // Nobody answers, or something else does.
    return undefined
  }
}

/** Aside and renamed: who reads it reads all of it. */
async function writeAtOnce(file: string, text: string): Promise<void> {
  const aside = `${file}.${process.pid}.tmp`
  await mkdir(dirname(file), { recursive: true })
  await writeFile(aside, text, { mode: 0o600 })
  await rename(aside, file)
}

/** What the file says; `undefined` if it says nothing that a hub would. Throws if it is none to be believed. */
async function read(folder: string, file: string, uid = ownId()): Promise<HubLocator | undefined> {
  const text = await readOwn(folder, file, uid)
  if (text === undefined) return undefined
  const value = parse(text)
  if (!isLocator(value)) return undefined
  if (!isOnThisMachine(value.url)) throw new Error(`${file} leads to ${value.url}, which is not on this machine`)
  return value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isLocator(value: unknown): value is HubLocator {
  if (!isProcess(value)) return false
  const { url, data, startedAt, endpoints } = value as Partial<HubLocator>
  const texts = [url, data, endpoints?.token, endpoints?.ca]
  return texts.every((text) => typeof text === 'string') && typeof startedAt === 'number'
}

import { join } from 'node:path'
import type { Dialect } from '../dialect/dialect.ts'
import type { Endpoints, HubApi } from '../shared/api.ts'
import type { HubOptions } from '../shared/options.ts'
import { aliasesOf, bindAll, openAliases } from './bind.ts'
import type { ChangeFeed } from './change-feed.ts'
import { compose, type Parts, type Surroundings } from './compose.ts'
import { explainFolder, REQUIRED_FILES } from './data-folder.ts'
import { takeUp } from './hub-core.ts'
import { openResources, type HubResources } from './hub-resources.ts'
import type { StopOptions } from './hub.ts'
import { RequiredFiles } from './required-files.ts'
import { announce } from './locator.ts'
import { lanNames, localUrl } from './network.ts'
import { stopAll } from './stop-all.ts'
import { version } from './version.ts'
import { say } from '../core/said.ts'

/** A hub that serves. */
export interface Running {
  endpoints: Endpoints
  api: HubApi
  stop(how?: StopOptions): Promise<void>
}

/** Loads the state, binds every listener, and takes up what the last run left undone. */
export async function startHub(
  options: HubOptions,
  extras: Surroundings,
  dialects: readonly Dialect[],
  changes: ChangeFeed,
): Promise<Running> {
  // Another process has the folder now: this hub has nothing more to serve.
  const resources = await openResources(options, dialects, changes, {
    onLost: () => extras.onStopAsked(),
    ...extras.store,
  })
  try {
    return await serve(resources, extras)
  } catch (error) {
    await resources.store.close().catch(() => {})
    throw explainFolder(error, resources.data)
  }
}

async function serve(resources: HubResources, extras: Surroundings): Promise<Running> {
  const { data, endpoint, certificates } = resources
  const exposed = lanNames(resources.options.host).length > 0
  const endpoints: Endpoints = {
    ...endpoint,
    ...(exposed && { exposed }),
    ca: certificates.caFile ?? '',
    token: join(data, 'token'),
  }
  const parts = await compose(resources, extras, () => endpoints)
  let present: Presence | undefined
  const stop = (how: StopOptions = {}): Promise<void> =>
    stopAll([() => resources.store.finish(), ...ends(parts, how), () => resources.store.close(), () => present?.end()])
  try {
    const aliases = await begin(resources, parts)
    Object.assign(endpoints, endpoint, aliases.length > 0 && { aliases })
    present = await bePresent(resources, endpoints, extras.list)
  } catch (error) {
    await stop().catch(() => {})
    throw error
  }
  parts.core.ticker.look()
  return { endpoints, api: parts.api, stop }
}

/**
 * First the dialects take up their state, then clients may come. Resolves to the ports that were opened because clients
 * insist on them.
 */
async function begin(
  { options, dialects, endpoint, note }: HubResources,
  { core, broker, http, protocols }: Parts,
): Promise<number[]> {
  await takeUp(core, dialects)
  const ports = await bindAll(options, dialects, broker, http)
  Object.assign(endpoint, ports)
  if (!options.aliases) return []
  return openAliases(aliasesOf(dialects, options.host, { broker, http, protocols }), ports, note)
}

/**
 * First the broker: clients on WebSockets then hear from it, not from a closed socket. What cannot be stored must not
 * keep ports and folder.
 */
const ends = (
  { core, traffic, feed, broker, protocols, http, intake }: Parts,
  { handOver = false }: StopOptions,
): (() => void | Promise<void>)[] => [
  () => core.ticker.stop(),
  () => traffic.stop(),
  () => feed.close(handOver ? 'handOver' : 'stop'),
  () => broker.stop(),
  () => protocols.stop(),
  () => http.stop(),
  () => intake.idle(),
]

/** What there is in the data folder for others to find, as long as the hub runs. */
interface Presence {
  end(): Promise<void>
}

async function bePresent(
  { data, options, note }: HubResources,
  endpoints: Endpoints,
  list?: string,
): Promise<Presence> {
  const url = localUrl(options.host, endpoints.http)
  const announcement = await announce({ version, startedAt: Date.now(), data, url, endpoints }, list)
  const { behind } = announcement
  if (behind !== undefined) {
    const how = say`this one is reached with --url ${url} --token ${endpoints.token}`
    note(say`another hub is found on ${data}, process ${behind.pid} at ${behind.url}: ${how}`)
  }
  const requiredFiles = await RequiredFiles.of(
    REQUIRED_FILES.map((name) => join(data, name)),
    note,
    () => announcement.renew(),
  )
  return {
    end: async () => {
      await requiredFiles.stop()
      // Nobody finds a hub by the words of a process that has ended.
      await announcement.withdraw().catch((error: unknown) => {
        note(say`${data} still says that a hub runs there: mend its rights, and the next start says better`, error)
      })
    },
  }
}

import { join, resolve } from 'node:path'
import { openCertificates, type Certificates } from '../net/certificates.ts'
import type { Clock } from '../core/clock.ts'
import { VirtualClock } from '../core/virtual-clock.ts'
import type { Dialect, Settings } from '../dialect/dialect.ts'
import { loadToken } from '../http/token.ts'
import type { HubOptions } from '../shared/options.ts'
import { StoreError } from '../store/store-error.ts'
import { memoryStore, openStore, type Store, type StoreOptions } from '../store/store.ts'
import { checkBucketFolder } from './bucket-folder.ts'
import type { ChangeFeed } from './change-feed.ts'
import { explainFolder, prepareFolder } from './data-folder.ts'
import { lastInstant } from './last-instant.ts'
import { findHub } from './locator.ts'
import { addedNames, lanAddress, lanNames, ownNames, publicHost } from './network.ts'
import { Notices } from './notices.ts'
import { RealClock } from './real-clock.ts'
import { say, wordsOf, type Words } from '../core/said.ts'

/** What all parts of a hub stand on: there before the first of them. */
export interface HubResources {
  options: HubOptions
  dialects: readonly Dialect[]
  changes: ChangeFeed
  /** The data folder, absolute. */
  data: string
  store: Store
  clock: Clock
  /** The same clock, where it is a virtual one. */
  virtual: VirtualClock | undefined
  notices: Notices
  /** Tells people of what went wrong, with the reason. */
  note(text: Words, error?: unknown): void
  certificates: Certificates
  token: string
  /**
   * The names, besides addresses and `localhost`, by which the hub may be asked: this machine's, the user's, and those
   * of the clouds.
   */
  hosts: readonly string[]
  /** Where clients reach it; the ports are 0 until it listens. */
  endpoint: Settings['endpoint']
}

/**
 * Opens the data folder, and finds or makes what a hub keeps there. Rejects with what is wrong with the folder, or
 * who else has it. `onLost` is
 * called if another hub takes it later.
 */
export async function openResources(
  options: HubOptions,
  dialects: readonly Dialect[],
  changes: ChangeFeed,
  rest: Pick<StoreOptions, 'onLost' | 'files' | 'journalLimit'>,
): Promise<HubResources> {
  const data = resolve(options.data)
  // What the store says while it opens it keeps.
  let note: HubResources['note'] = () => {}
  await prepareFolder(data).catch((error: unknown) => {
    throw explainFolder(error, data)
  })
  const store = options.memory
    ? memoryStore()
    : await openState(data, options, { onWarning: (text) => note(text), ...rest })
  try {
    const virtual = options.clock === 'virtual' ? new VirtualClock(lastInstant(store, Date.now())) : undefined
    const clock = virtual ?? new RealClock()
    const notices = new Notices(clock, () => changes.emit({ type: 'notice' }))
    note = (text, error) =>
      notices.add({ kind: 'warning', code: 'hub', text, ...(error !== undefined && { cause: wordsOf(error) }) })
    store.warnings.forEach((text) => note(text))
    if (options.bucket !== '') await checkBucketFolder(resolve(options.bucket), note)

    const names = [
      ...lanNames(options.host),
      ...addedNames(options.names),
      ...dialects.flatMap(({ serverNames }) => serverNames ?? []),
    ]
    const certificates = await openCertificates({ directory: join(data, 'certificates'), names })
    const token = await loadToken(join(data, 'token'), note)
    const boards = lanAddress(options.host)
    const endpoint = {
      host: publicHost(options.host),
      ...(boards !== undefined && { lan: boards }),
      mqtt: 0,
      mqtts: 0,
      http: 0,
      https: 0,
    }
    return {
      options,
      dialects,
      changes,
      data,
      store,
      clock,
      virtual,
      notices,
      note,
      certificates,
      token,
      hosts: [...ownNames(options.host), ...names],
      endpoint,
    }
  } catch (error) {
    await store.close().catch(() => {})
    throw explainFolder(error, data)
  }
}

async function openState(
  data: string,
  { fsync }: HubOptions,
  rest: Omit<StoreOptions, 'directory' | 'fsync'>,
): Promise<Store> {
  try {
    return await openStore({ directory: join(data, 'state'), fsync, ...rest })
  } catch (error) {
    throw await whoHasIt(error, data)
  }
}

/** A folder that another hub has: says where that one is. */
async function whoHasIt(error: unknown, data: string): Promise<unknown> {
  if (!(error instanceof StoreError) || error.code !== 'LOCKED') return explainFolder(error, data)
  const other = await findHub(data)
  return other === undefined
    ? error
    : new StoreError(
        'LOCKED',
        say`${data} is in use by the hub that process ${other.pid} runs; it answers at ${other.url}. Attach to that one, or stop it first`,
      )
}

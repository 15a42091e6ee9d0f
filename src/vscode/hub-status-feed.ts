import type { Disposable } from 'vscode'
import type { HubApi, HubStatus, JobView } from '../shared/api.ts'
import { setContext } from './context-keys.ts'
import { Batcher } from './batcher.ts'
import type { Host } from './host.ts'
import { isUp } from './hub-session/state.ts'

/** What the whole extension shows of the hub at all times. */
export interface HubOverview {
  status: HubStatus
  jobs: JobView[]
}

/** Asks the hub how it is, soon after anything has changed and never oftener than needed. */
export class HubStatusFeed implements Disposable {
  readonly #listeners = new Set<(overview: HubOverview | undefined) => void>()
  readonly #batcher = new Batcher<'overview'>(() => this.#overview(), 250)
  readonly #registrations: Disposable[]
  /** Keys of the jobs of the last overview. */
  #jobs: ReadonlySet<string> | undefined

  constructor(private readonly host: Host) {
    this.#registrations = [
      host.onChange(() => this.#batcher.add('overview')),
      host.onState((state) => {
        setContext('iotHub.state', state.type)
        setContext('iotHub.up', isUp(state))
        if (!isUp(state)) this.#tell(undefined)
        this.#batcher.add('overview')
      }),
    ]
    setContext('iotHub.state', host.state.type)
  }

  /** Called with every overview; `undefined`: there is no hub. */
  onBeat(listener: (overview: HubOverview | undefined) => void): void {
    this.#listeners.add(listener)
  }

  dispose(): void {
    this.#batcher.dispose()
    for (const registration of this.#registrations) registration.dispose()
  }

  async #overview(): Promise<void> {
    const api: HubApi | undefined = this.host.api()
    if (api === undefined) return
    const [status, jobs] = await Promise.all([api.status(), api.jobs()])
    if (this.host.api() === api) this.#tell({ status, jobs })
  }

  #tell(overview: HubOverview | undefined): void {
    setContext('iotHub.hasDevices', (overview?.status.devices ?? 0) > 0)
    setContext('iotHub.hasJobs', (overview?.jobs.length ?? 0) > 0)
    if ((overview?.status.online ?? 0) > 0) setContext('iotHub.deviceConnected', true)
    // Those that were there before are not of this window's user.
    if (overview !== undefined && overview.jobs.some(({ key }) => this.#jobs?.has(key) === false))
      setContext('iotHub.jobCreated', true)
    this.#jobs = overview && new Set(overview.jobs.map(({ key }) => key))
    setContext('iotHub.virtualClock', overview?.status.clock === 'virtual')
    for (const listener of this.#listeners) listener(overview)
  }
}

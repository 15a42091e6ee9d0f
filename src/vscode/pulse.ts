import type { Disposable } from 'vscode'
import type { HubApi, HubStatus, JobView } from '../shared/api.ts'
import { setContext } from './context-keys.ts'
import { Gather } from './gather.ts'
import type { Host } from './host.ts'
import { isUp } from './life/state.ts'

/** What the whole extension shows of the hub at all times. */
export interface Beat {
  status: HubStatus
  jobs: JobView[]
}

/** Asks the hub how it is, soon after anything has changed and never oftener than needed. */
export class Pulse implements Disposable {
  readonly #listeners = new Set<(beat: Beat | undefined) => void>()
  readonly #gather = new Gather<'beat'>(() => this.#beat(), 250)
  readonly #registrations: Disposable[]
  /** Keys of the jobs of the last beat. */
  #jobs: ReadonlySet<string> | undefined

  constructor(private readonly host: Host) {
    this.#registrations = [
      host.onChange(() => this.#gather.add('beat')),
      host.onState((state) => {
        setContext('iotHub.state', state.type)
        setContext('iotHub.up', isUp(state))
        if (!isUp(state)) this.#tell(undefined)
        this.#gather.add('beat')
      }),
    ]
    setContext('iotHub.state', host.state.type)
  }

  /** Called with every beat; `undefined`: there is no hub. */
  onBeat(listener: (beat: Beat | undefined) => void): void {
    this.#listeners.add(listener)
  }

  dispose(): void {
    this.#gather.dispose()
    for (const registration of this.#registrations) registration.dispose()
  }

  async #beat(): Promise<void> {
    const api: HubApi | undefined = this.host.api()
    if (api === undefined) return
    const [status, jobs] = await Promise.all([api.status(), api.jobs()])
    if (this.host.api() === api) this.#tell({ status, jobs })
  }

  #tell(beat: Beat | undefined): void {
    setContext('iotHub.hasDevices', (beat?.status.devices ?? 0) > 0)
    setContext('iotHub.hasJobs', (beat?.jobs.length ?? 0) > 0)
    if ((beat?.status.online ?? 0) > 0) setContext('iotHub.deviceConnected', true)
    // Those that were there before are not of this window's user.
    if (beat !== undefined && beat.jobs.some(({ key }) => this.#jobs?.has(key) === false))
      setContext('iotHub.jobCreated', true)
    this.#jobs = beat && new Set(beat.jobs.map(({ key }) => key))
    setContext('iotHub.virtualClock', beat?.status.clock === 'virtual')
    for (const listener of this.#listeners) listener(beat)
  }
}

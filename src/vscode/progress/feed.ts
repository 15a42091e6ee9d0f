import type { Change, ExecutionDetail, ExecutionView, HubApi } from '../../shared/api.ts'
import type { FromProgress, HubTime, ToProgress } from '../../shared/progress-messages.ts'
import { Batcher } from '../batcher.ts'
import type { Host } from '../host.ts'
import { Watched } from './watched.ts'

/** What a feed needs of its surroundings. */
export type FeedHost = Pick<Host, 'api' | 'state' | 'words' | 'onChange' | 'onState'>

type Asked = Extract<FromProgress, { type: 'ready' | 'page' | 'watch' | 'select' }>

/** The job itself, among the names of devices that have changed. */
const theJob = ''

/** Keeps one page up to date on one job: everything when it asks, and what has changed a few times a second. */
export class Feed {
  readonly #watched = new Watched()
  readonly #batcher: Batcher<string>
  readonly #registrations: { dispose(): void }[]
  #sequence = 0
  #selected: string | undefined
  #listening = false
  #last: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly host: FeedHost,
    private readonly job: string,
    private readonly post: (message: ToProgress) => void,
    delay = 150,
  ) {
    this.#batcher = new Batcher((devices) => this.#inTurn((api) => this.#tellChanges(api, devices)), delay)
    this.#registrations = [
      host.onChange((change) => {
        const device = this.#about(change)
        if (device !== undefined) this.#batcher.add(device)
      }),
      host.onState(() => {
        // A hub that cannot answer any more has another state soon, and then the page is told of that.
        if (this.#listening) this.#inTurn((api) => this.#tellAll(api)).catch(() => undefined)
      }),
    ]
  }

  /** Answers a page. */
  async receive(message: Asked): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#listening = true
        this.#batcher.pause(false)
        return this.#inTurn((api) => this.#tellAll(api))
      case 'page':
        return this.#tellPage(message)
      case 'watch':
        if (this.#watched.watch(message.devices)) this.#batcher.add(theJob)
        return
      case 'select':
        this.#selected = message.device
        return this.#inTurn((api) => this.#tellSelected(api))
    }
  }

  /** Nobody can see the page, and what it is sent is lost; it says `ready` when it is back. */
  rest(): void {
    this.#listening = false
    this.#batcher.pause(true)
  }

  dispose(): void {
    this.rest()
    this.#batcher.dispose()
    for (const registration of this.#registrations) registration.dispose()
  }

  #about(change: Change): string | undefined {
    if (change.type === 'execution') return change.job === this.job ? change.device : undefined
    // It may run another version by now.
    if (change.type === 'device') return change.key === this.#selected ? change.key : undefined
    return change.type === 'clock' || (change.type === 'job' && change.key === this.job) ? theJob : undefined
  }

  /** One thing after the other, so that what is told later is also newer. */
  #inTurn(tell: (api: HubApi) => Promise<void>): Promise<void> {
    const done = this.#last.then(async () => {
      const api = this.host.api()
      if (api === undefined) return this.#tellNoHub()
      await tell(api).catch((error: unknown) => this.#tellFailure(api, error))
    })
    this.#last = done.catch(() => undefined)
    return done
  }

  async #tellAll(api: HubApi): Promise<void> {
    this.#watched.reset()
    const [job, status] = await Promise.all([api.job(this.job), api.status()])
    const { title, twinWord } = status.dialects.find(({ name }) => name === job.dialect) ?? {
      title: job.dialect,
      twinWord: 'twin',
    }
    this.post({
      type: 'init',
      sequence: ++this.#sequence,
      job,
      cloud: title,
      twinWord,
      time: timeOf(status),
      words: this.host.words(),
    })
    await this.#tellSelected(api)
  }

  async #tellChanges(api: HubApi, devices: ReadonlySet<string>): Promise<void> {
    const seen = this.#watched.take(devices)
    const [jobs, status, rows] = await Promise.all([
      api.jobs(),
      api.status(),
      Promise.all(seen.map((device) => this.#execution(api, device))),
    ])
    const job = jobs.find(({ key }) => key === this.job)
    if (job === undefined) return this.#tellGone()
    this.post({
      type: 'changed',
      sequence: ++this.#sequence,
      job,
      time: timeOf(status),
      rows: rows.filter((row) => row !== undefined).map(viewOf),
    })
    if (this.#selected !== undefined && devices.has(this.#selected)) await this.#tellSelected(api)
  }

  async #tellSelected(api: HubApi): Promise<void> {
    const device = this.#selected
    if (device === undefined) return
    // A device may have been removed while its execution is still there to be looked at.
    const [execution, messages] = await Promise.all([
      this.#execution(api, device),
      api.messages(device).catch(() => []),
    ])
    if (execution === undefined) this.post({ type: 'executionGone', device })
    else this.post({ type: 'execution', execution, messages })
  }

  async #tellPage({ type: _, request, ...query }: Extract<Asked, { type: 'page' }>): Promise<void> {
    try {
      const page = await this.host.api()?.executions(this.job, query)
      if (page !== undefined) this.post({ type: 'page', request, page })
    } catch {
      // Either the cursor is gone, then the page begins again; or the job or the hub is, which it is told anyway.
      this.post({ type: 'pageRefused', request })
    }
  }

  async #execution(api: HubApi, device: string): Promise<ExecutionDetail | undefined> {
    try {
      return await api.execution(this.job, device)
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  #tellFailure(api: HubApi, error: unknown): void {
    if (isNotFound(error)) this.#tellGone()
    else if (this.host.api() !== api) this.#tellNoHub()
    else throw error
  }

  #tellNoHub(): void {
    this.post({ type: 'noHub', starting: this.host.state.type === 'starting', job: this.job, words: this.host.words() })
  }

  #tellGone(): void {
    this.post({ type: 'gone', job: this.job, words: this.host.words() })
  }
}

const timeOf = ({ now, clock }: HubTime): HubTime => ({ now, clock })

/** A row needs no attempts. */
const viewOf = ({ attempts: _attempts, job: _job, timesOutAt: _timesOutAt, ...view }: ExecutionDetail): ExecutionView =>
  view

const isNotFound = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'NOT_FOUND'

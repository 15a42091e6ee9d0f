import type { Change, Endpoints, HubApi } from '../../shared/api.ts'
import type { HubOptions } from '../../shared/options.ts'
import { readFailure } from './failure.ts'
import { isUp, type HubState } from './state.ts'

/** A hub that somebody can reach, whoever runs it. */
export interface ReachableHub {
  readonly api: HubApi
  readonly endpoints: Endpoints
  onChange(listener: (change: Change) => void): () => void
  /** One's own ends, and everything is written down; `handOver`: guests may run it on. A guest only leaves. */
  leave(how?: { handOver: boolean }): Promise<void>
  /** Ends it for everybody. */
  end(): Promise<void>
  /** Whether guests may run it on should its process die: what it knows is on the disk. */
  readonly handsOver: boolean
  /** Resolves when it can be reached no more, to why. */
  readonly gone: Promise<SessionEnd>
}

/** Stopped on purpose, handed over as its window closed, lost without a word, or left by us. */
export type SessionEnd = 'stopped' | 'handedOver' | 'lost' | 'left'

/** What life needs of the rooms that are loaded on first use. */
export interface HubMaker {
  /** A hub in this process. Rejects with what stands in the way. */
  start(options: HubOptions): Promise<ReachableHub>
  /** The hub that another process runs on this folder; `undefined` if there is none. */
  join(data: string): Promise<ReachableHub | undefined>
  /** Deletes everything that a hub knows. Rejects with LOCKED if one runs on this folder, whoever began it. */
  wipe(data: string): Promise<void>
}

export interface HubSessionOptions {
  /** Loads the hub's code. */
  load(): Promise<HubMaker>
  /** Milliseconds on some clock, and a wait on it. */
  now(): number
  pause(milliseconds: number): Promise<void>
  /** How a guest is to run the hub on that listened there; `undefined`: not at all. */
  successor(endpoints: Endpoints): HubOptions | undefined
  /** The hub that we were guests of is run on, here or by another guest, or could not be. */
  onSucceeded(state: HubState): void
  onError(what: string, error: unknown): void
  /** The same error as its user is told of it. */
  inWords?(error: unknown): unknown
}

/**
 * A reloaded window's predecessor may still be writing down its state: so long do we wait for its lock, in
 * milliseconds.
 */
const handover = 10_000

/** The hub as one window sees it: a state machine with one deed at a time. */
export class HubSession {
  #state: HubState = { type: 'stopped' }
  #hub: ReachableHub | undefined
  #deed: Promise<unknown> = Promise.resolve()
  readonly #states = new Set<(state: HubState) => void>()
  readonly #changes = new Set<(change: Change) => void>()

  constructor(private readonly options: HubSessionOptions) {}

  get state(): HubState {
    return this.#state
  }

  api(): HubApi | undefined {
    return isUp(this.#state) ? this.#hub?.api : undefined
  }

  onState(listener: (state: HubState) => void): () => void {
    this.#states.add(listener)
    return () => this.#states.delete(listener)
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#changes.add(listener)
    return () => this.#changes.delete(listener)
  }

  /** Joins the hub of this folder, or starts one. Never rejects: what stands in the way becomes the state. */
  start(options: HubOptions): Promise<HubState> {
    return this.#one(async () => {
      if (isUp(this.#state)) return
      if (this.#state.type !== 'starting') this.#become({ type: 'starting' })
      try {
        const maker = await this.options.load()
        await this.#enter(options, maker)
      } catch (error) {
        this.options.onError('The hub did not start', error)
        this.#become({ type: 'failed', ...readFailure(this.options.inWords?.(error) ?? error) })
      }
    })
  }

  /** Joins a hub that runs already; starts none. */
  join(data: string): Promise<HubState> {
    return this.#one(async () => {
      if (isUp(this.#state)) return
      try {
        const hub = await (await this.options.load()).join(data)
        if (hub !== undefined) this.#settle(hub, 'attached')
      } catch (error) {
        this.options.onError('The running hub cannot be joined', error)
      }
    })
  }

  /** Ends the hub, or leaves that of somebody else unless it is to end `forAll`. Never rejects. */
  stop({ forAll = false, handOver = false } = {}): Promise<HubState> {
    return this.#one(async () => {
      const hub = this.#hub
      this.#hub = undefined
      if (hub !== undefined) {
        this.#become({ type: 'stopping' })
        await (forAll ? hub.end() : hub.leave({ handOver })).catch((error: unknown) =>
          this.options.onError('The hub did not stop cleanly', error),
        )
      }
      this.#become({ type: 'stopped' })
    })
  }

  /**
   * Deletes what the hub of this folder knows; between two other deeds, so that none is begun meanwhile. Rejects with
   * what stands in the way.
   */
  async wipe(data: string): Promise<void> {
    let failure: unknown
    await this.#one(async () => {
      failure = await this.options
        .load()
        .then((maker) => maker.wipe(data))
        .then(
          () => undefined,
          (error: unknown) => error,
        )
    })
    if (failure !== undefined) throw failure
  }

  async #enter(options: HubOptions, maker: HubMaker): Promise<void> {
    const until = this.options.now() + handover
    for (;;) {
      const running = await maker.join(options.data)
      if (running !== undefined) return this.#settle(running, 'attached', options)
      try {
        return this.#settle(await maker.start(options), 'running')
      } catch (error) {
        if (!isLocked(error) || this.options.now() > until) throw error
        await this.options.pause(250)
      }
    }
  }

  /** `again`: a host that goes right after we joined was on its way out, as in a reload; then we start our own. */
  #settle(hub: ReachableHub, type: 'running' | 'attached', again?: HubOptions): void {
    const since = this.options.now()
    this.#hub = hub
    hub.onChange((change) => {
      if (this.#hub === hub) for (const listener of this.#changes) listener(change)
    })
    void hub.gone.then((how) => {
      if (this.#hub !== hub) return
      this.#hub = undefined
      const next = type === 'attached' ? this.#successor(hub, how) : undefined
      this.#become({ type: next === undefined ? 'stopped' : 'starting' })
      if (next !== undefined) void this.start(next).then((state) => this.options.onSucceeded(state))
      else if (again !== undefined && how !== 'stopped' && this.options.now() - since < handover) void this.start(again)
    })
    this.#become({ type, endpoints: hub.endpoints })
  }

  /** At once where the host says so; else once it is clear that it is gone for good. */
  #successor(hub: ReachableHub, how: SessionEnd): HubOptions | undefined {
    return how === 'handedOver' || (how === 'lost' && hub.handsOver) ? this.options.successor(hub.endpoints) : undefined
  }

  #become(state: HubState): void {
    this.#state = state
    for (const listener of this.#states) listener(state)
  }

  #one(deed: () => Promise<void>): Promise<HubState> {
    const done = this.#deed.then(deed).then(() => this.#state)
    this.#deed = done
    return done
  }
}

const isLocked = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'LOCKED'

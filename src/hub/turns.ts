import type { Clock } from '../core/clock.ts'
import { dialectOfEvent, type DomainEvent } from '../core/events.ts'
import { HubError } from '../core/errors.ts'
import type { Effect } from '../core/seam/effects.ts'
import { Turn, type Input } from '../core/turn.ts'
import type { Store } from '../store/store.ts'
import { TurnContext, type SharedContext } from './context.ts'

/** What a turn came to: its result now, its effects to be performed once `committed` has resolved. */
export interface TurnOutcome<T> {
  result: T
  effects: readonly Effect[]
  events: readonly DomainEvent[]
  committed: Promise<void>
}

/** A decision that went wrong: what it had changed and caused by then is in the outcome all the same. */
export class TurnFailure extends Error {
  constructor(
    readonly reason: unknown,
    readonly outcome: TurnOutcome<undefined>,
  ) {
    super(reason instanceof Error ? reason.message : String(reason), { cause: reason })
  }
}

/** What turns need of the store. */
export type TurnStore = Pick<Store, 'commit' | 'refusal' | 'changes' | 'refusing'>

/**
 * Whether somebody asks for something and may be refused: other inputs have happened already, whatever becomes of them.
 */
const isRequest = (input: Input): boolean =>
  input.type === 'http' ||
  input.type === 'api' ||
  input.type === 'bytes' ||
  (input.type === 'mqtt' && input.packet === 'publish')

/** Takes inputs through engine and dialects, one turn each [docs/architecture.md]. */
export class Turns {
  readonly #world: SharedContext
  readonly #clock: Clock
  readonly #hear: (ctx: TurnContext, event: DomainEvent) => void
  readonly #store: TurnStore
  readonly #commit = (): Promise<void> => this.#store.commit()

  /** `hear` is told every event, in the context of the dialect whose it is. */
  constructor(
    world: SharedContext,
    clock: Clock,
    hear: (ctx: TurnContext, event: DomainEvent) => void,
    store: TurnStore,
  ) {
    this.#world = world
    this.#clock = clock
    this.#hear = hear
    this.#store = store
  }

  /**
   * `decide` runs at once. Throws `TurnFailure` if it, or what follows from it, throws; the reason is UNAVAILABLE, and
   * nothing has changed, if it asks for a change that could not be kept at present.
   */
  run<T>(dialect: string, input: Input, decide: (ctx: TurnContext) => T): TurnOutcome<T> {
    const { refusal } = this.#store
    if (refusal === undefined) return this.#run(dialect, input, decide, this.#commit)
    return this.#runUnkept(dialect, input, decide)
  }

  /**
   * A request that only asks is answered; one that would change something is refused. What happens all the same is kept
   * in memory.
   */
  #runUnkept<T>(dialect: string, input: Input, decide: (ctx: TurnContext) => T): TurnOutcome<T> {
    const { changes } = this.#store
    const commit = (): Promise<void> => (this.#store.changes === changes ? Promise.resolve() : this.#store.commit())
    const run = (): TurnOutcome<T> => this.#run(dialect, input, decide, commit)
    return isRequest(input)
      ? this.#store.refusing(
          new HubError('UNAVAILABLE', 'the hub cannot store changes at present; its notices say why'),
          run,
        )
      : run()
  }

  #run<T>(dialect: string, input: Input, decide: (ctx: TurnContext) => T, commit: () => Promise<void>): TurnOutcome<T> {
    const turn = new Turn(this.#clock.now(), input)
    const effects: Effect[] = []
    let failure: { reason: unknown } | undefined
    let result: T | undefined
    try {
      result = decide(new TurnContext(this.#world, dialect, turn, effects))
    } catch (reason) {
      failure = { reason }
    }
    try {
      this.#drain(turn, effects)
    } catch (reason) {
      failure ??= { reason }
    }
    const { events } = turn
    const committed = commit()
    if (failure !== undefined) throw new TurnFailure(failure.reason, { result: undefined, effects, events, committed })
    return { result: result as T, effects, events, committed }
  }

  /** Every event is heard, until neither dialects nor engine add any. */
  #drain(turn: Turn, effects: Effect[]): void {
    let ctx: TurnContext | undefined
    let told = 0
    do {
      for (; told < turn.events.length; told += 1) {
        const event = turn.events[told]!
        const name = dialectOfEvent(event)
        if (ctx?.dialect !== name) ctx = new TurnContext(this.#world, name, turn, effects)
        this.#hear(ctx, event)
      }
      this.#world.engine.settle(turn)
    } while (told < turn.events.length)
  }
}

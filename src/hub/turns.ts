import type { Clock } from '../core/clock.ts'
import type { DomainEvent } from '../core/events.ts'
import { dialectOf } from '../core/ids.ts'
import type { Effect } from '../core/seam/effects.ts'
import { Turn, type Input } from '../core/turn.ts'
import { TurnContext, type World } from './context.ts'

/** What a turn came to: its result now, its effects to be performed once `committed` has resolved. */
export interface Outcome<T> {
  result: T
  effects: readonly Effect[]
  events: readonly DomainEvent[]
  committed: Promise<void>
}

/** A decision that went wrong: what it had changed and caused by then is in the outcome all the same. */
export class TurnFailure extends Error {
  constructor(
    readonly reason: unknown,
    readonly outcome: Outcome<undefined>,
  ) {
    super(reason instanceof Error ? reason.message : String(reason), { cause: reason })
  }
}

/** Takes inputs through engine and dialects, one turn each [design 3: decide, commit, then acknowledge]. */
export class Turns {
  readonly #world: World
  readonly #clock: Clock
  readonly #hear: (ctx: TurnContext, event: DomainEvent) => void
  readonly #commit: () => Promise<void>

  /** `hear` is told every event, in the context of the dialect whose it is. */
  constructor(world: World, clock: Clock, hear: (ctx: TurnContext, event: DomainEvent) => void, commit: () => Promise<void>) {
    this.#world = world
    this.#clock = clock
    this.#hear = hear
    this.#commit = commit
  }

  /** `decide` runs at once. Throws `TurnFailure` if it, or what follows from it, throws. */
  run<T>(dialect: string, input: Input, decide: (ctx: TurnContext) => T): Outcome<T> {
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
    const committed = this.#commit()
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
        const name = dialectOf(event.key)
        if (ctx?.dialect !== name) ctx = new TurnContext(this.#world, name, turn, effects)
        this.#hear(ctx, event)
      }
      this.#world.engine.settle(turn)
    } while (told < turn.events.length)
  }
}

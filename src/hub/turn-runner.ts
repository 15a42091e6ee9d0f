import type { DialectName } from '../core/ids.ts'
import type { Input } from '../core/turn.ts'
import type { ChangeFeed } from './change-feed.ts'
import type { TurnContext } from './context.ts'
import { perform, type EffectPorts } from './performer.ts'
import { TurnFailure, type TurnOutcome, type Turns } from './turns.ts'

/** Turns with their consequences: what was decided is performed once it is committed, never before. */
export class TurnRunner {
  readonly #turns: Turns
  readonly #ports: EffectPorts
  readonly #changes: ChangeFeed
  readonly #decided: () => void
  #held = 0

  /** `decided` is called after every decision, when deadlines may have changed. */
  constructor(turns: Turns, ports: EffectPorts, changes: ChangeFeed, decided: () => void) {
    this.#turns = turns
    this.#ports = ports
    this.#changes = changes
    this.#decided = decided
  }

  /** Decisions with all that follows from them, held back until they are committed. */
  get held(): number {
    return this.#held
  }

  /**
   * Decides now. The effects follow the commit by themselves, after whatever waits for `committed` itself: first the
   * acknowledgement, then what it set going. Throws what the decision threw.
   */
  run<T>(dialect: DialectName, input: Input, decide: (ctx: TurnContext) => T): TurnOutcome<T> {
    const outcome = this.#decide(dialect, input, decide, (failed) => this.#follow(failed))
    this.#follow(outcome)
    return outcome
  }

  /**
   * Decides, commits and performs; resolves when all of it would survive the process. Rejects with what the decision
   * threw.
   */
  async runAll<T>(dialect: DialectName, input: Input, decide: (ctx: TurnContext) => T): Promise<T> {
    let failed: TurnOutcome<unknown> | undefined
    try {
      const outcome = this.#decide(dialect, input, decide, (failure) => (failed = failure))
      await this.#consequences(outcome)
      return outcome.result
    } catch (reason) {
      if (failed !== undefined) await this.#consequences(failed).catch(this.#unstored)
      throw reason
    }
  }

  #decide<T>(
    dialect: DialectName,
    input: Input,
    decide: (ctx: TurnContext) => T,
    onFailure: (outcome: TurnOutcome<unknown>) => void,
  ): TurnOutcome<T> {
    try {
      return this.#turns.run(dialect, input, decide)
    } catch (failure) {
      if (!(failure instanceof TurnFailure)) throw failure
      onFailure(failure.outcome)
      throw failure.reason
    } finally {
      this.#decided()
    }
  }

  /** Nobody waits for this: it costs one reaction to the commit and one tick. */
  #follow(outcome: TurnOutcome<unknown>): void {
    this.#held += 1
    outcome.committed.then(
      () => {
        this.#held -= 1
        process.nextTick(this.#perform, outcome)
      },
      (error: unknown) => {
        this.#held -= 1
        this.#unstored(error)
      },
    )
  }

  async #consequences(outcome: TurnOutcome<unknown>): Promise<void> {
    await outcome.committed
    await new Promise<void>((resolve) => process.nextTick(resolve))
    await this.#perform(outcome)
  }

  readonly #perform = ({ effects, events }: TurnOutcome<unknown>): Promise<void> | undefined => {
    this.#changes.tell(events)
    return perform(this.#ports, effects)
  }

  /** A caller that waits for the commit hears of its failure; here it is told to people. */
  readonly #unstored = (error: unknown): void =>
    this.#ports.onFailure('What was decided could not be stored, so it was not acknowledged', error)
}

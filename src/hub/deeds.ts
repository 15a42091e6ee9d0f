import type { DialectName } from '../core/ids.ts'
import type { Input } from '../core/turn.ts'
import type { Context } from '../dialect/dialect.ts'
import type { Changes } from './changes.ts'
import { perform, type Stage } from './performer.ts'
import { TurnFailure, type Outcome, type Turns } from './turns.ts'

/** Turns with their consequences: what was decided is performed once it is committed, never before. */
export class Deeds {
  readonly #turns: Turns
  readonly #stage: Stage
  readonly #changes: Changes
  readonly #decided: () => void

  /** `decided` is called after every decision, when deadlines may have changed. */
  constructor(turns: Turns, stage: Stage, changes: Changes, decided: () => void) {
    this.#turns = turns
    this.#stage = stage
    this.#changes = changes
    this.#decided = decided
  }

  /**
   * Decides now. The effects follow the commit by themselves, after whatever waits for `committed` itself: first the
   * acknowledgement, then what it set going. Throws what the decision threw.
   */
  run<T>(dialect: DialectName, input: Input, decide: (ctx: Context) => T): Outcome<T> {
    const outcome = this.#decide(dialect, input, decide, (failed) => void this.#follow(failed))
    void this.#follow(outcome)
    return outcome
  }

  /** Decides, commits and performs; resolves when all of it would survive the process. Rejects with what the decision threw. */
  async runAll<T>(dialect: DialectName, input: Input, decide: (ctx: Context) => T): Promise<T> {
    let failed: Outcome<unknown> | undefined
    try {
      const outcome = this.#decide(dialect, input, decide, (failure) => (failed = failure))
      await this.#consequences(outcome)
      return outcome.result
    } catch (reason) {
      if (failed !== undefined) await this.#follow(failed)
      throw reason
    }
  }

  #decide<T>(dialect: DialectName, input: Input, decide: (ctx: Context) => T, onFailure: (outcome: Outcome<unknown>) => void): Outcome<T> {
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

  /** Never rejects: who waits for the commit hears of its failure; here it is told to people. */
  async #follow(outcome: Outcome<unknown>): Promise<void> {
    try {
      await this.#consequences(outcome)
    } catch (error) {
      this.#stage.onFailure('What was decided could not be stored, so it was not acknowledged', error)
    }
  }

  #consequences({ effects, events, committed }: Outcome<unknown>): Promise<void> {
    return committed.then(
      () =>
        new Promise((resolve) => {
          process.nextTick(() => {
            this.#changes.tell(events)
            resolve(perform(this.#stage, effects))
          })
        }),
    )
  }
}

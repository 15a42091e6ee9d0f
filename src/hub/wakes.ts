import type { Instant } from '../core/clock.ts'
import { Deadlines } from '../core/deadlines.ts'
import type { DialectName } from '../core/ids.ts'
import type { DueWork } from './ticker.ts'

interface Wake {
  dialect: DialectName
  key: string
}

/** The wakes that dialects have asked for; not stored, dialects set them again when the hub starts. */
export class Wakes implements DueWork {
  readonly #deadlines = new Deadlines<Wake>(({ dialect, key }) => `${dialect} ${key}`)
  readonly #woken: (dialect: DialectName, key: string) => Promise<void>

  constructor(woken: (dialect: DialectName, key: string) => Promise<void>) {
    this.#woken = woken
  }

  /** Sets, moves or calls off a wake. */
  set(dialect: DialectName, key: string, at: Instant | undefined): void {
    this.#deadlines.set({ dialect, key }, at)
  }

  next(): Instant | undefined {
    return this.#deadlines.next()
  }

  async run(now: Instant): Promise<void> {
    const due = this.#deadlines.take(now)
    if (due !== undefined) await this.#woken(due.dialect, due.key)
  }
}

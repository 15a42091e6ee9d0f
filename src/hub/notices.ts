import type { Clock } from '../core/clock.ts'
import type { NoticeView } from '../shared/api.ts'

/** The oldest is forgotten beyond this, so that a hostile client cannot fill the memory with warnings. */
const MOST = 1000

/** What people should know and no protocol can say: each thing once, with how often it happened. */
export class Notices {
  readonly #clock: Clock
  readonly #changed: () => void
  readonly #notices = new Map<string, NoticeView>()

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock
    this.#changed = changed
  }

  add(kind: NoticeView['kind'], text: string): void {
    const now = this.#clock.now()
    const key = `${kind} ${text}`
    const seen = this.#notices.get(key)
    if (seen === undefined && this.#notices.size >= MOST) this.#notices.delete(this.#notices.keys().next().value!)
    this.#notices.set(key, seen === undefined ? { kind, text, count: 1, firstAt: now, lastAt: now } : { ...seen, count: seen.count + 1, lastAt: now })
    if (seen === undefined) this.#changed()
  }

  list(): NoticeView[] {
    return [...this.#notices.values()]
  }
}

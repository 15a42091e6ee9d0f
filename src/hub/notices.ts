import type { Clock } from '../core/clock.ts'
import type { NoticeView } from '../shared/api.ts'
import { printable } from '../shared/printable.ts'

type Kind = NoticeView['kind']

/** Of one kind. Beyond this the oldest is forgotten, so that a hostile client cannot fill the memory with warnings. */
const MOST = 200
/** Characters of a text; what clients choose (names, topics, members) may be much longer. */
const LONGEST = 400

/**
 * What people should know and no protocol can say: each thing once, with how often it happened. One more costs the same
 * however many there are, and a flood of one kind makes no other kind forgotten.
 */
export class Notices {
  readonly #clock: Clock
  readonly #changed: () => void
  readonly #kinds: Record<Kind, Map<string, NoticeView>> = { warning: new Map(), refused: new Map(), ignored: new Map() }
  readonly #forgotten = new Map<Kind, NoticeView>()

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock
    this.#changed = changed
  }

  /** Names and topics in the text are the client's: whatever they hold, people may be shown it. */
  add(kind: Kind, text: string): void {
    const notices = this.#kinds[kind]
    const key = printable(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)
    const seen = notices.get(key)
    if (seen === undefined && notices.size >= MOST) this.#forget(kind, notices)
    notices.set(key, again(seen ?? { kind, text: key, count: 0, firstAt: this.#clock.now(), lastAt: 0 }, this.#clock.now()))
    if (seen === undefined) this.#changed()
  }

  /** The earliest first. */
  list(): NoticeView[] {
    const all = [...Object.values(this.#kinds).flatMap((notices) => [...notices.values()]), ...this.#forgotten.values()]
    return all.sort((a, b) => a.firstAt - b.firstAt)
  }

  #forget(kind: Kind, notices: Map<string, NoticeView>): void {
    const oldest = notices.values().next().value!
    notices.delete(oldest.text)
    const text = `others of this kind came before; the latest ${MOST} are kept`
    const earlier = this.#forgotten.get(kind) ?? { kind, text, count: 0, firstAt: oldest.firstAt, lastAt: 0 }
    this.#forgotten.set(kind, again(earlier, oldest.lastAt))
  }
}

const again = (notice: NoticeView, at: number): NoticeView => ({ ...notice, count: notice.count + 1, lastAt: at })

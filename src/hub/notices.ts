import type { Clock } from '../core/clock.ts'
import { mapTexts, say, textOf, type Said, type Words } from '../core/said.ts'
import type { NoticeAbout, NoticeCode, NoticeView } from '../shared/api.ts'
import { printable } from '../shared/printable.ts'

type Kind = NoticeView['kind']

/** What is to be told. The same of the same, told again, is counted. */
export interface NewNotice extends Pick<NoticeView, 'kind' | 'code' | 'about' | 'subject'> {
  text: Words
  cause?: Words
  cure?: Words
}

/** Of one kind. Beyond this the oldest is forgotten, so that a hostile client cannot fill the memory with warnings. */
const MOST = 200
/** Characters of a text; what clients choose (names, topics, members) may be much longer. */
const LONGEST = 400
/**
 * That the same has happened again is told this much later, in milliseconds: it may happen a thousand times a second.
 */
const TELL_AGAIN_MS = 1000

interface Kept {
  view: NoticeView
  situation: string
  toldAt: number
  /** People have seen it. */
  dismissed?: true
}

/**
 * What people should know and no protocol can say: each thing once, with how often it happened. One more costs the same
 * however many there are, and a flood of one kind makes no other kind forgotten. What is cured is gone.
 */
export class Notices {
  readonly #clock: Clock
  readonly #changed: () => void
  readonly #kinds: Record<Kind, Map<string, Kept>> = { warning: new Map(), refused: new Map(), ignored: new Map() }
  /** The kind and key of all that can be cured at once: what went wrong there. */
  readonly #situations = new Map<string, Set<readonly [Kind, string]>>()
  readonly #forgotten = new Map<Kind, NoticeView>()
  #ids = 0

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock
    this.#changed = changed
  }

  add(notice: NewNotice): void {
    const now = this.#clock.now()
    const { kind } = notice
    const notices = this.#kinds[kind]
    const short = cutAll(notice)
    const key = JSON.stringify([short.code, short.about, short.subject, short.text, short.cause])
    const seen = notices.get(key)
    if (seen !== undefined) {
      seen.view = again(seen.view, now)
      if (seen.dismissed === true || now - seen.toldAt < TELL_AGAIN_MS) return
      seen.toldAt = now
      return this.#changed()
    }
    if (notices.size >= MOST) this.#forgetOldest(kind, notices)
    const situation = situationOf(short.code, short.about, short.subject)
    this.#ids += 1
    notices.set(key, {
      view: { ...short, id: String(this.#ids), count: 1, firstAt: now, lastAt: now },
      situation,
      toldAt: now,
    })
    const same = this.#situations.get(situation)
    if (same === undefined) this.#situations.set(situation, new Set([[kind, key]]))
    else same.add([kind, key])
    this.#changed()
  }

  /** Nothing is told: so that what works need not be looked up. */
  get empty(): boolean {
    return this.#situations.size === 0
  }

  /** It works by now: what was told of it is gone. */
  settle(code: NoticeCode, about: NoticeAbout, subject?: string): void {
    const situation = situationOf(code, cutAbout(about), subject === undefined ? undefined : cut(subject))
    const same = this.#situations.get(situation)
    if (same === undefined) return
    for (const [kind, key] of same) this.#kinds[kind].delete(key)
    this.#situations.delete(situation)
    this.#changed()
  }

  /** What it was about is no more. */
  forget({ type, name }: NoticeAbout): void {
    if (this.#situations.size === 0) return
    for (const notices of Object.values(this.#kinds)) {
      for (const { view } of [...notices.values()]) {
        if (view.about?.type === type && view.about.name === name) this.settle(view.code, view.about, view.subject)
      }
    }
  }

  /** People have seen it: it is not shown again, until it was cured and comes back. */
  dismiss(id: string): boolean {
    for (const [kind, forgotten] of this.#forgotten) if (forgotten.id === id) return this.#forgotten.delete(kind)
    for (const notices of Object.values(this.#kinds)) {
      for (const kept of notices.values()) {
        if (kept.view.id !== id) continue
        kept.dismissed = true
        this.#changed()
        return true
      }
    }
    return false
  }

  /** The earliest first. */
  list(): NoticeView[] {
    const kept = Object.values(this.#kinds).flatMap((notices) => [...notices.values()])
    const shown = [
      ...kept.filter(({ dismissed }) => dismissed !== true).map(({ view }) => view),
      ...this.#forgotten.values(),
    ]
    return shown.sort((a, b) => a.firstAt - b.firstAt)
  }

  #forgetOldest(kind: Kind, notices: Map<string, Kept>): void {
    const [key, { view, situation }] = notices.entries().next().value!
    notices.delete(key)
    const same = this.#situations.get(situation)
    for (const entry of same ?? []) if (entry[1] === key) same?.delete(entry)
    if (same?.size === 0) this.#situations.delete(situation)
    const text = say`others of this kind came before; the latest ${MOST} are kept`
    const earlier: NoticeView = this.#forgotten.get(kind) ?? {
      id: `more-${kind}`,
      ...cutAll({ kind, code: 'more', text }),
      count: 0,
      firstAt: view.firstAt,
      lastAt: 0,
    }
    this.#forgotten.set(kind, { ...again(earlier, view.lastAt), count: earlier.count + view.count })
  }
}

const again = (notice: NoticeView, at: number): NoticeView => ({ ...notice, count: notice.count + 1, lastAt: at })

const situationOf = (code: NoticeCode, about: NoticeAbout | undefined, subject: string | undefined): string =>
  `${code} ${about?.type ?? ''} ${about?.name ?? ''} ${subject ?? ''}`

/** Names and topics in it are the client's: whatever they hold, people may be shown it. */
const cut = (text: string): string => printable(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)

const cutAbout = ({ type, name }: NoticeAbout): NoticeAbout => ({ type, name: cut(name) })

/** A notice as it is shown, in English, with what it was made of. */
function cutAll({
  kind,
  code,
  about,
  subject,
  ...words
}: NewNotice): Omit<NoticeView, 'id' | 'count' | 'firstAt' | 'lastAt'> {
  const { text, cause, cure } = words
  const made = Object.entries(words).filter((entry): entry is [string, Said] => typeof entry[1] === 'object')
  return {
    kind,
    code,
    ...(about !== undefined && { about: cutAbout(about) }),
    ...(subject !== undefined && { subject: cut(subject) }),
    text: cut(textOf(text)),
    ...(cause !== undefined && { cause: cut(textOf(cause)) }),
    ...(cure !== undefined && { cure: cut(textOf(cure)) }),
    ...(made.length > 0 && { says: Object.fromEntries(made.map(([name, said]) => [name, mapTexts(said, cut)])) }),
  }
}

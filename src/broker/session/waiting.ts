import { bodySize, type Bodies, type BodyRecord } from './bodies.ts'
import type { Outbox, OutboxWatcher } from './outbox.ts'
import type { QueuedRecord } from './queued.ts'
import type { Session } from './session.ts'
import { asSaid, say, type Said, type Words } from '../../core/said.ts'

/** How much may wait for clients that keep their sessions. Sizes are characters as stored. */
export interface WaitingLimits {
  /** For one session; the oldest goes first. */
  session: { messages: number; size: number }
  /** Sessions that stand for no device and whose clients are away; who is away longest goes first, with all it has. */
  strangers: { sessions: number; messages: number }
  /** Sessions of one device whose clients are away. */
  sessionsOfDevice: number
  /** For all devices; does not count, nor drop, what the hub itself says to them. */
  devices: { messages: number }
  /** All bodies together; likewise. */
  size: number
}

const MB = 1024 * 1024

export const WAITING_LIMITS: WaitingLimits = {
  session: { messages: 10_000, size: 16 * MB },
  strangers: { sessions: 1000, messages: 50_000 },
  sessionsOfDevice: 20,
  devices: { messages: 500_000 },
  size: 128 * MB,
}

interface Around {
  limits: WaitingLimits
  bodies: Bodies
  notice(text: Words): void
  /** Ends a session for good. */
  end(session: Session): void
}

type Pool = 'sessions' | 'strangers' | 'devices' | 'size'

/**
 * All that waits for clients that are away, held to its limits. Clients that stand for no device make room first, then
 * what others have said to devices; what the hub itself has said to a device stays.
 */
export class Waiting implements OutboxWatcher {
  readonly #around: Around
  /** Longest away first. */
  readonly #strangers = new Set<Session>()
  /** For whom others' messages wait, the first for whom one did first. */
  readonly #laden = new Set<Outbox>()
  #strangerMessages = 0
  #deviceMessages = 0
  #inlineSize = 0
  readonly #told = new Set<Pool>()

  constructor(around: Around) {
    this.#around = around
  }

  added(record: QueuedRecord, stranger: boolean): void {
    this.#count(record, stranger, 1)
  }

  removed(record: QueuedRecord, stranger: boolean): void {
    this.#count(record, stranger, -1)
  }

  /** The session's client is away; nobody may be behind it. */
  wentAway(session: Session): void {
    if (session.outbox?.stranger === true) this.#strangers.add(session)
  }

  /** Its client has come, or it is over. */
  cameBack(session: Session): void {
    this.#strangers.delete(session)
  }

  /** A device is behind it now, or none any more. */
  stranger(session: Session, is: boolean): void {
    const { outbox } = session
    if (outbox === undefined || outbox.stranger === is) return
    outbox.stranger = is
    this.#strangerMessages += is ? outbox.size : -outbox.size
    this.#deviceMessages -= is ? outbox.foreign : -outbox.foreign
    this.laden(outbox, outbox.isLaden)
    if (!is) this.#strangers.delete(session)
  }

  filling(outbox: Outbox): void {
    this.#around.notice(say`${of(outbox)}: ${amount(outbox)} wait for this client. ${this.#keeps()}. ${asSaid(CURE)}`)
  }

  overflowing(outbox: Outbox): void {
    this.#around.notice(
      say`${of(outbox)}: ${amount(outbox)} wait for this client, which is all that may: ${this.#keeps()}`,
    )
  }

  laden(outbox: Outbox, is: boolean): void {
    if (is && !outbox.stranger) this.#laden.add(outbox)
    else this.#laden.delete(outbox)
  }

  /** Makes room where there is more than may be. To be called when something has been added. */
  trim(): void {
    const { limits, bodies } = this.#around
    const size = bodies.size + this.#inlineSize
    this.#watch('sessions', this.#strangers.size, limits.strangers.sessions)
    this.#watch('strangers', this.#strangerMessages, limits.strangers.messages)
    this.#watch('devices', this.#deviceMessages, limits.devices.messages)
    this.#watch('size', size, limits.size)
    while (this.#strangers.size > limits.strangers.sessions || this.#strangerMessages > limits.strangers.messages) {
      if (!this.#endStranger()) break
    }
    while (bodies.size + this.#inlineSize > limits.size) if (!this.#endStranger() && !this.#dropForeign()) break
    while (this.#deviceMessages > limits.devices.messages) if (!this.#dropForeign()) break
  }

  #endStranger(): boolean {
    const [first] = this.#strangers
    if (first === undefined) return false
    const lost = first.outbox?.size ?? 0
    this.#strangers.delete(first)
    this.#around.end(first)
    this.#around.notice(
      say`${asSaid(OVER)}: ${asSaid(lost === 0 ? 'nothing waited for it' : 'what waited for it is gone')}`,
    )
    return true
  }

  /** Devices that are away lose what others have said to them. */
  #dropForeign(): boolean {
    const [first] = this.#laden
    if (first === undefined) return false
    first.dropForeign()
    this.#around.notice(
      say`${of(first)}: what other clients had sent to it while it was away is dropped, for more waits than may`,
    )
    return true
  }

  #count(record: QueuedRecord, stranger: boolean, by: 1 | -1): void {
    if (stranger) this.#strangerMessages += by
    else if (record.own !== true) this.#deviceMessages += by
    if (record.body === undefined) this.#inlineSize += by * bodySize(record as BodyRecord)
  }

  /** Tells people at half of what may be, once until it is less than a quarter. */
  #watch(pool: Pool, is: number, most: number): void {
    if (is * 2 < most) {
      if (this.#told.size > 0 && is * 4 < most) this.#told.delete(pool)
      return
    }
    if (this.#told.has(pool)) return
    this.#told.add(pool)
    this.#around.notice(say`${WORDS[pool](is, most)}. ${asSaid(CURE)}`)
  }

  #keeps(): Said {
    const { messages, size } = this.#around.limits.session
    return say`${messages} and ${size / MB} MB are kept for one, then the oldest are dropped`
  }
}

const OVER = 'The session that had been away longest of those that are kept for no device is over'

const CURE = 'Let clients come back under the same id, or let them start clean (cleanSession; mosquitto_sub without -c)'

const WORDS: Record<Pool, (is: number, most: number) => Said> = {
  sessions: (is, most) =>
    say`${is} sessions are kept for clients that are away and no devices; beyond ${most} the one away longest ends`,
  strangers: (is, most) =>
    say`${is} messages wait for clients that are no devices; beyond ${most} the session away longest ends`,
  devices: (is, most) =>
    say`${is} messages of other clients wait for devices; beyond ${most} those that wait longest are dropped`,
  size: (is, most) =>
    say`${(is / MB).toFixed()} MB wait for clients that keep their sessions; beyond ${most / MB} MB the oldest make room`,
}

/** A client as people know it. */
const of = ({ session }: Outbox): string => session
const amount = ({ waiting: { messages, size } }: Outbox): Said =>
  say`${messages} messages, ${(size / MB).toFixed(1)} MB,`

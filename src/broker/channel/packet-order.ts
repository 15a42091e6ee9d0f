import type { Packet } from 'mqtt-packet'

/** So many packets may wait before their client is not read from any more; what has been read by then waits, too. */
const READ_ON = 100

/** Shared by all of whom nothing waits, which is nearly always. */
const NONE: Arriving[] = []

/** Something that comes in on a connection: a packet, or what is wrong with one, which ends it. */
export type Arriving = Packet | Error

/** Whose packets they are. */
export interface OrderedChannel {
  /** Called with each in its turn. */
  receive(arriving: Arriving): void
  /** So few wait again that there is room for more. */
  readOn(): void
}

/**
 * Lets the packets of one connection take effect in the order in which they came. Publishes are decided side by side
 * (`InboundQueue` keeps their order); what comes behind them waits until they are acknowledged and what they set going
 * is
 * done. PINGREQ waits for nobody: it changes nothing, and it is a sign of lifecycle.
 */
export class PacketOrder {
  readonly #client: OrderedChannel
  /** CONNECT is not answered: not even a PINGREQ is. */
  #greeting = false
  /** CONNECT is not answered, a SUBSCRIBE not decided: nothing else is looked at. */
  #shut = false
  /** A SUBSCRIBE or UNSUBSCRIBE is in force, but not answered. */
  #unanswered = false
  /** Messages taken and not acknowledged. */
  #publishes = 0
  /** What waits, in order, but for those before `#next`. */
  #held: Arriving[] = NONE
  #next = 0
  #closed = false
  #letting = false

  constructor(client: OrderedChannel) {
    this.#client = client
  }

  /** Packets that wait for their turn. */
  get waiting(): number {
    return this.#held.length - this.#next
  }

  /** Whether so many wait that no more should be read; who is not let in has had enough with one. */
  get full(): boolean {
    return this.waiting >= (this.#greeting ? 1 : READ_ON)
  }

  take(arriving: Arriving): void {
    if (this.#closed) return
    const passes = (this.waiting === 0 && this.#mayPass(arriving)) || (isPing(arriving) && !this.#greeting)
    if (passes) this.#pass(arriving)
    else if (this.#held === NONE) this.#held = [arriving]
    else this.#held.push(arriving)
  }

  /** The client has been let in. */
  connected(): void {
    const full = this.full
    this.#greeting = this.#shut = false
    this.#letGo()
    if (full && this.waiting > 0 && !this.full) this.#client.readOn()
  }

  /** A SUBSCRIBE is in force, or refused: what is published from now on may be answered on it. */
  subscribed(): void {
    this.#shut = false
    this.#letGo()
  }

  /** A SUBSCRIBE or UNSUBSCRIBE has been answered. */
  answered(): void {
    this.#unanswered = false
    this.#letGo()
  }

  /** A message has been acknowledged; what it set going is done before the next turn of the event loop. */
  acknowledged(): void {
    this.#publishes -= 1
    if (this.#publishes === 0 && this.waiting > 0) setImmediate(() => this.#letGo())
  }

  /** The connection has ended: what still waits never came. */
  close(): void {
    this.#closed = true
    this.#held = NONE
    this.#next = 0
  }

  #mayPass(arriving: Arriving): boolean {
    if (this.#shut) return false
    if (!(arriving instanceof Error) && arriving.cmd === 'publish') return true
    return this.#publishes === 0 && !this.#unanswered
  }

  #pass(arriving: Arriving): void {
    if (!(arriving instanceof Error)) this.#note(arriving)
    this.#client.receive(arriving)
  }

  /** Takes down what the next ones have to wait for. */
  #note({ cmd }: Packet): void {
    if (cmd === 'publish') this.#publishes += 1
    else if (cmd === 'connect') this.#greeting = this.#shut = true
    else if (cmd === 'subscribe') this.#shut = this.#unanswered = true
    else if (cmd === 'unsubscribe') this.#unanswered = true
    else if (cmd === 'pubrel') {
      // Aedes looks its identifier up, and forgets it, in promises.
      this.#shut = true
      setImmediate(() => this.subscribed())
    }
  }

  #letGo(): void {
    if (this.#letting || this.waiting === 0) return
    this.#letting = true
    const full = this.full
    for (
      let first = this.#held[this.#next];
      first !== undefined && this.#mayPass(first);
      first = this.#held[this.#next]
    ) {
      this.#next += 1
      this.#pass(first)
    }
    if (this.waiting === 0 || this.#next > READ_ON) {
      this.#held = this.waiting === 0 ? NONE : this.#held.slice(this.#next)
      this.#next = 0
    }
    this.#letting = false
    if (this.waiting === 0 || (full && !this.full)) this.#client.readOn()
  }
}

const isPing = (arriving: Arriving): boolean => !(arriving instanceof Error) && arriving.cmd === 'pingreq'

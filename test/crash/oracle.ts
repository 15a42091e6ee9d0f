/** A number that one writer has written, and what has become of it. */
interface Counter {
  sent: number
  acknowledged: number
}

/** What a subscriber that comes back has received. */
interface Inbox {
  /** Received and settled: the hub must not send it again. */
  settled: Set<number>
  /** Received on the connection that there is, and not settled yet. */
  open: Set<number>
  /** Received on one that ended before it could be settled: they may come again, and need not. */
  unsure: Set<number>
}

/**
 * Knows what the hub has acknowledged, and so what must be there after it was killed: no more than was sent, no less
 * than was acknowledged, and every message once. Pure: it is told, and answers with what is wrong.
 */
export class Oracle {
  readonly #counters = new Map<string, Counter>()
  /** What exists: `true` and `false` are acknowledged, `undefined` is asked for and not answered yet. */
  readonly #things = new Map<string, boolean | undefined>()
  readonly #published = { sent: 0, acknowledged: new Set<number>() }
  readonly #inboxes = new Map<string, Inbox>()
  acknowledged = 0
  messages = 0

  /** The next number of that writer. */
  send(writer: string): number {
    const counter = this.#counters.get(writer) ?? { sent: 0, acknowledged: 0 }
    this.#counters.set(writer, counter)
    return (counter.sent += 1)
  }

  acknowledge(writer: string, number: number): void {
    const counter = this.#counters.get(writer)!
    counter.acknowledged = Math.max(counter.acknowledged, number)
    this.acknowledged += 1
  }

  /**
   * What is stored for that writer: its number, and the version that counts the writes. The writer goes on from there.
   */
  foundNumber(writer: string, number: number, version: number): string[] {
    const { sent, acknowledged } = this.#counters.get(writer) ?? { sent: 0, acknowledged: 0 }
    const losses: string[] = []
    if (number < acknowledged) losses.push(`${writer}: ${number} is stored, ${acknowledged} was acknowledged`)
    if (number > sent) losses.push(`${writer}: ${number} is stored, only ${sent} was sent`)
    if (version !== number) losses.push(`${writer}: its version counts ${version} writes, and there were ${number}`)
    this.#counters.set(writer, { sent: Math.max(number, acknowledged), acknowledged: Math.max(number, acknowledged) })
    return losses
  }

  /** The name of a thing that is to be made. */
  newThing(): string {
    const name = `made-${this.#things.size + 1}`
    this.#things.set(name, undefined)
    return name
  }

  /** The things that exist. */
  things(): string[] {
    return [...this.#things].flatMap(([name, exists]) => (exists === true ? [name] : []))
  }

  /** A thing is to be deleted. */
  ask(thing: string): void {
    this.#things.set(thing, undefined)
  }

  answered(thing: string, exists: boolean): void {
    this.#things.set(thing, exists)
    this.acknowledged += 1
  }

  /** All that exists of what was ever made. */
  foundThings(found: ReadonlySet<string>): string[] {
    const losses: string[] = []
    for (const [thing, exists] of this.#things) {
      if (exists === true && !found.has(thing)) losses.push(`${thing} was made, and is not there`)
      if (exists === false && found.has(thing)) losses.push(`${thing} was deleted, and is there`)
      this.#things.set(thing, found.has(thing))
    }
    for (const thing of found) if (!this.#things.has(thing)) losses.push(`${thing} is there, and nobody has made it`)
    return losses
  }

  /** The number of the next message to all subscribers. */
  publish(): number {
    return (this.#published.sent += 1)
  }

  published(number: number): void {
    this.#published.acknowledged.add(number)
    this.messages += 1
  }

  /** A subscriber has received a message. */
  received(subscriber: string, number: number): string[] {
    const { settled, open } = this.#inbox(subscriber)
    const losses: string[] = []
    if (settled.has(number)) losses.push(`${subscriber}: message ${number} came again after it was settled`)
    if (open.has(number)) losses.push(`${subscriber}: message ${number} came twice on one connection`)
    if (number > this.#published.sent) losses.push(`${subscriber}: message ${number} was never sent`)
    open.add(number)
    return losses
  }

  /**
   * The subscriber tells the hub what it has received so far. Call what is returned once the hub has acknowledged that.
   */
  settling(subscriber: string): () => void {
    const { open, settled } = this.#inbox(subscriber)
    const received = [...open]
    return () => received.forEach((number) => settled.add(number))
  }

  /** A new connection: what was not settled on the one before may come again. */
  connected(subscriber: string): void {
    const { open, settled, unsure } = this.#inbox(subscriber)
    for (const number of open) if (!settled.has(number)) unsure.add(number)
    open.clear()
  }

  /** The subscriber has received all that was waiting for it. */
  emptied(subscriber: string): string[] {
    const { settled, unsure } = this.#inbox(subscriber)
    const missing = [...this.#published.acknowledged].filter((number) => !settled.has(number) && !unsure.has(number))
    return missing.map((number) => `${subscriber}: message ${number} was acknowledged, and never came`)
  }

  #inbox(subscriber: string): Inbox {
    let inbox = this.#inboxes.get(subscriber)
    if (inbox === undefined)
      this.#inboxes.set(subscriber, (inbox = { settled: new Set(), open: new Set(), unsure: new Set() }))
    return inbox
  }
}

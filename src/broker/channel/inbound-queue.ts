import type { Incoming, PublishVerdict } from '../../core/seam/mqtt.ts'
import { DisconnectError } from './disconnect-error.ts'

interface Arrival {
  incoming: Incoming
  acknowledge: (error?: Error) => void
  /** Absent until the hub has decided and stored what it decided. */
  outcome?: PublishVerdict | Error
  /** Ready to be acknowledged. */
  ready: boolean
  error?: Error
}

interface Performer {
  decide(incoming: Incoming): Promise<PublishVerdict>
  /** Does what was decided; a promise if storing it takes time. */
  perform(incoming: Incoming, verdict: PublishVerdict): Promise<void> | undefined
  /** Why the hub could not decide. */
  failed(error: unknown): Error
}

/**
 * What one client has published and is not acknowledged yet. The hub decides about several at a time, but they are
 * forwarded in the order in which they came [MQTT-4.6.0-5] and acknowledged in that order too [MQTT-4.6.0-2].
 */
export class InboundQueue {
  readonly #performer: Performer
  readonly #undecided: Arrival[] = []
  readonly #unacknowledged: Arrival[] = []
  #closed = false

  constructor(performer: Performer) {
    this.#performer = performer
  }

  /** `acknowledge` is called once the message may be acknowledged, or with the reason to end the connection. */
  take(incoming: Incoming, acknowledge: (error?: Error) => void): void {
    const arrival: Arrival = { incoming, acknowledge, ready: false }
    this.#undecided.push(arrival)
    const failed = (error: unknown): void => this.#decided(arrival, this.#performer.failed(error))
    try {
      // As few promises as can be in between: the hub sends its replies right after the commit, and the PUBACK goes
      // first.
      this.#performer.decide(incoming).then((verdict) => this.#decided(arrival, verdict), failed)
    } catch (error) {
      failed(error)
    }
  }

  #decided(arrival: Arrival, outcome: PublishVerdict | Error): void {
    arrival.outcome = outcome
    for (let first = this.#undecided[0]; first?.outcome !== undefined; first = this.#undecided[0]) {
      this.#undecided.shift()
      // What the client sent after a message that ends its connection came from someone who has none any more; its will
      // still counts.
      if (this.#closed && first.incoming.will !== true) continue
      this.#unacknowledged.push(first)
      this.#perform(first, first.outcome)
    }
    this.#acknowledge()
  }

  #perform(arrival: Arrival, outcome: PublishVerdict | Error): void {
    if (outcome instanceof Error || outcome.route === 'close') {
      this.#closed = true
      arrival.error =
        outcome instanceof Error ? outcome : new DisconnectError(outcome.as ?? 'FORBIDDEN', outcome.reason)
      arrival.ready = true
      return
    }
    const failed = (error: unknown): void => this.#stored(arrival, this.#performer.failed(error))
    try {
      const stored = this.#performer.perform(arrival.incoming, outcome)
      if (stored === undefined) arrival.ready = true
      else stored.then(() => this.#stored(arrival), failed)
    } catch (error) {
      failed(error)
    }
  }

  #stored(arrival: Arrival, error?: Error): void {
    arrival.ready = true
    if (error !== undefined) arrival.error = error
    this.#acknowledge()
  }

  #acknowledge(): void {
    for (let first = this.#unacknowledged[0]; first?.ready === true; first = this.#unacknowledged[0]) {
      this.#unacknowledged.shift()
      first.acknowledge(first.error)
    }
  }
}

import type { Instant } from './clock.ts'
import type { DomainEvent } from './events.ts'

/** Why something happened. `rule` names what decided it; `input` is what came in. */
export interface Cause {
  input: Input
  rule: string
}

/** What set a turn going. */
export type Input =
  | {
      type: 'mqtt'
      connection: string
      packet: 'connect' | 'publish' | 'subscribe' | 'unsubscribe' | 'puback' | 'disconnect'
      topic?: string
    }
  | { type: 'http'; request: string; method: string; path: string }
  | { type: 'bytes' | 'heartbeat'; socket: string; protocol: string }
  | { type: 'api'; call: string }
  | { type: 'deadline'; key: string }
  | { type: 'start' }

/** One input's passage through the engine: it has one instant, and all that happens in it is committed together. */
export class Turn {
  readonly events: DomainEvent[] = []
  /** How many of the events the engine has drawn its own conclusions from. */
  settled = 0
  /** Likewise those of its part that looks after upgrades. */
  upgradesSettled = 0

  constructor(
    readonly now: Instant,
    readonly input: Input,
  ) {}

  emit(event: DomainEvent): void {
    this.events.push(event)
  }
}

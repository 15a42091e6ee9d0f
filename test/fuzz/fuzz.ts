import { setTimeout as pause } from 'node:timers/promises'
import { attack } from './attackers.ts'
import type { Health } from './hub-process.ts'
import { HubUnderAttack } from './hub-under-attack.ts'
import { Witness } from './witness.ts'

export interface FuzzOptions {
  seed: number
  /** Enough when both are reached. */
  minutes: number
  inputs: number
  /** Told now and then how the hub is. */
  onHealth?(inputs: number, health: Health): void
}

export interface FuzzResult {
  sent: Map<string, number>
  inputs: number
  before: Health
  after: Health
  /** Of the witness's round trips, milliseconds. */
  rounds: number
  p50: number
  p99: number
  longest: number
}

const HEALTH_EVERY = 10_000
/** Inputs after which memory is looked at first: by then everything has been used once. */
const WARM_UP = 3000
const SETTLE_MS = 1500
/** So long the hub may keep a connection whose client is gone. */
const LEAVING_MS = 35_000

/**
 * Attacks one hub, with a valid client beside it. Rejects if the hub's process ends, or the client loses something or
 * waits too long.
 */
export async function fuzz({ seed, minutes, inputs: wanted, onHealth }: FuzzOptions): Promise<FuzzResult> {
  const hub = await HubUnderAttack.start()
  try {
    await Promise.race([attack(hub.endpoints, seed + 1, (inputs) => inputs >= Math.min(WARM_UP, wanted)), hub.died])
    await pause(SETTLE_MS)
    const before = await hub.health()
    const witness = await Witness.come(hub.endpoints)
    const end = performance.now() + minutes * 60_000
    let told = 0
    const done = (inputs: number): boolean => {
      if (inputs - told >= HEALTH_EVERY) {
        told = inputs
        void hub.health().then(
          (health) => onHealth?.(inputs, health),
          () => {},
        )
      }
      return inputs >= wanted && performance.now() >= end
    }
    const sent = await Promise.race([attack(hub.endpoints, seed, done), hub.died])
    await witness.leave()
    await pause(SETTLE_MS)
    let after = await hub.health()
    // The last clients are gone; what they were given to say something may not be over.
    for (let more = 0; after.sockets > before.sockets && more < LEAVING_MS; more += SETTLE_MS) {
      await pause(SETTLE_MS)
      after = { ...(await hub.health()), longestBlockMs: after.longestBlockMs }
    }
    const times = witness.times.toSorted((a, b) => a - b)
    const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN
    const inputs = [...sent.values()].reduce((sum, count) => sum + count, 0)
    return { sent, inputs, before, after, rounds: times.length, p50: at(0.5), p99: at(0.99), longest: at(1) }
  } finally {
    await hub.stop()
  }
}

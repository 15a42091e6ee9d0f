import type { Clock, Instant } from '../core/clock.ts'

/** Node's timers hold 31 bits of milliseconds; longer waits are slept in stages. */
const LONGEST = 2 ** 31 - 1

/** The machine's clock. A pending wake-up does not keep the process alive. */
export class RealClock implements Clock {
  now(): Instant {
    return Date.now()
  }

  at(at: Instant, wake: () => void): () => void {
    let timer: NodeJS.Timeout
    const sleep = (): void => {
      const left = at - Date.now()
      timer = setTimeout(left > LONGEST ? sleep : wake, Math.min(Math.max(left, 0), LONGEST))
      timer.unref()
    }
    sleep()
    return () => clearTimeout(timer)
  }
}

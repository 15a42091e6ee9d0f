import type { Clock, Instant } from '../core/clock.ts'

/**
 * Timers stand still while the machine sleeps, and know nothing of a clock that is set: look at it again at least this
 * often.
 */
const LONGEST_SLEEP_MS = 30_000

/** The machine's clock. A pending wake-up does not keep the process alive. */
export class RealClock implements Clock {
  now(): Instant {
    return Date.now()
  }

  at(at: Instant, wake: () => void): () => void {
    let timer: NodeJS.Timeout
    const look = (): void => {
      if (at <= Date.now()) wake()
      else sleep()
    }
    const sleep = (): void => {
      timer = setTimeout(look, Math.min(Math.max(at - Date.now(), 0), LONGEST_SLEEP_MS))
      timer.unref()
    }
    sleep()
    return () => clearTimeout(timer)
  }
}

import { Cron } from 'croner'

/**
 * The next `count` times, in milliseconds, at which a cron expression in UTC comes round after `now`; undefined if it
 * cannot be read.
 */
export function nextTimes(cron: string, now: number, count: number): number[] | undefined {
  try {
    return new Cron(cron, { timezone: 'UTC' }).nextRuns(count, new Date(now)).map((date) => date.getTime())
  } catch {
    return undefined
  }
}

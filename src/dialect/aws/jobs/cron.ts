import { isCron } from '../../../core/job/windows.ts'
import { say, type Words } from '../../../core/said.ts'

const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const FIELD = /^[0-9A-Z*?,/#-]+$/

/**
 * `cron(minutes hours day-of-month month day-of-week year)` [aws 3.9] as a cron expression of the engine, or the rule
 * it breaks. AWS counts weekdays from SUN = 1, the engine from SUN = 0.
 */
export function readAwsCron(text: string): { cron: string } | { broken: Words } {
  const inside = /^cron\((.*)\)$/i.exec(text.trim())?.[1]?.trim().toUpperCase().split(/\s+/)
  if (inside === undefined)
    return { broken: 'must have the form cron(minutes hours day-of-month month day-of-week year)' }
  const [minutes, hours, day, month, weekday, year] = inside
  if (inside.length !== 6 || !minutes || !hours || !day || !month || !weekday || !year) {
    return { broken: 'must have 6 fields' }
  }
  const strange = inside.map((field) => field.replace(/L|W/g, '')).find((field) => field !== '' && !FIELD.test(field))
  if (strange !== undefined) return { broken: say`must not hold ${strange}` }
  if (!isAny(day) && !isAny(weekday))
    return { broken: 'must have ? as day-of-month or day-of-week: one excludes the other' }
  const days = isAny(weekday) ? '*' : readWeekdays(weekday)
  if (days === undefined) return { broken: 'must have a day-of-week of 1-7 or SUN-SAT' }
  const five = [steps(minutes, 59), steps(hours, 23), isAny(day) ? '*' : steps(day, 31), steps(month, 12), days].join(
    ' ',
  )
  const cron = year === '*' ? five : `0 ${five} ${year}`
  return isCron(cron) ? { cron } : { broken: 'is not a cron expression' }
}

const isAny = (field: string): boolean => field === '?' || field === '*'

/** `10/15` means from 10 on, which the engine's cron writes `10-59/15`. */
const steps = (field: string, last: number): string => field.replace(/(^|,)(\d+)\//g, `$1$2-${last}/`)

/**
 * A list of days, ranges (which may run over the week's end), `2#1` (the first Monday) and `2L` (the last one), in the
 * engine's numbers.
 */
function readWeekdays(field: string): string | undefined {
  const parts = field.split(',').map((part) => {
    const [, from, to, special = ''] = /^([A-Z]{3}|[1-7])(?:-([A-Z]{3}|[1-7]))?(#[1-5]|L)?$/.exec(part) ?? []
    const first = from === undefined ? -1 : dayNumber(from)
    const last = to === undefined ? first : dayNumber(to)
    if (first < 0 || last < 0 || (to !== undefined && special !== '')) return undefined
    return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, index) => ((first + index) % 7) + special)
  })
  return parts.some((part) => part === undefined) ? undefined : parts.flat().join(',')
}

const dayNumber = (day: string): number => (/^\d$/.test(day) ? Number(day) - 1 : DAYS.indexOf(day))

/**
 * A five-field expression of the engine as AWS writes it, with the year at the end; `undefined` if it has no such form.
 */
export function writeAwsCron(cron: string): string | undefined {
  const [minutes, hours, day, month, weekday, ...more] = cron.trim().toUpperCase().split(/\s+/)
  if (!minutes || !hours || !day || !month || !weekday || more.length > 0) return undefined
  const days =
    weekday === '*'
      ? '?'
      : weekday.replace(
          /(^|[,-])([0-7])(?=$|[,#L-])/g,
          (_, before: string, number: string) => `${before}${(Number(number) % 7) + 1}`,
        )
  // One of the two must be ? [aws 3.9].
  return `cron(${minutes} ${hours} ${day === '*' && days !== '?' ? '?' : day} ${month} ${days} *)`
}

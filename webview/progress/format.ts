const units = [
  { unit: 'day', size: 86_400_000 },
  { unit: 'hour', size: 3_600_000 },
  { unit: 'minute', size: 60_000 },
  { unit: 'second', size: 1000 },
] as const

/** Numbers and times as the user's language writes them. */
export interface Format {
  number(value: number): string
  /** `share` is 0–1. */
  percent(share: number): string
  /** Milliseconds as at most two units: `3m 20s`. */
  duration(milliseconds: number): string
  /** The time of day, and the date where it is another one than that of `now`. */
  time(at: number, now: number): string
  /** Date and time in full. */
  moment(at: number): string
}

/** An unknown language is English. */
export function createFormat(language: string, timeZone?: string): Format {
  const locale = Intl.NumberFormat.supportedLocalesOf(safe(language))[0] ?? 'en'
  const zone = timeZone === undefined ? {} : { timeZone }
  const number = new Intl.NumberFormat(locale)
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  const unitFormats = units.map(
    ({ unit }) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow' }),
  )
  const clock = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...zone,
  })
  const day = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', ...zone })
  const moment = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    hourCycle: 'h23',
    ...zone,
  })
  return {
    number: (value) => number.format(value),
    // What is not all of it is never shown as 100 %, what is not nothing never as 0 %.
    percent: (share) => percent.format(share > 0 && share < 1 ? Math.min(Math.max(share, 0.001), 0.999) : share),
    duration(milliseconds) {
      const rest = Math.max(0, Math.round(milliseconds / 1000) * 1000)
      const from = units.findIndex(({ size }) => rest >= size)
      if (from === -1) return unitFormats[3]!.format(0)
      const [large, small] = [units[from]!, units[from + 1]]
      const first = unitFormats[from]!.format(Math.floor(rest / large.size))
      const second = small === undefined ? 0 : Math.floor((rest % large.size) / small.size)
      return second === 0 ? first : `${first} ${unitFormats[from + 1]!.format(second)}`
    },
    time: (at, now) =>
      day.format(at) === day.format(now) ? clock.format(at) : `${day.format(at)} ${clock.format(at)}`,
    moment: (at) => moment.format(at),
  }
}

/** VS Code's language ids are BCP 47 tags, but for what its pseudo-languages are called. */
function safe(language: string): string[] {
  try {
    return Intl.getCanonicalLocales(language)
  } catch {
    return []
  }
}

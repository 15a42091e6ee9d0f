const language = (): string | undefined => document.documentElement.lang || undefined

/** `7512` → `7,512`, as the user's language writes it. */
export const formatNumber = (value: number): string => new Intl.NumberFormat(language()).format(value)

/** An instant in the user's time zone, with its weekday: `Mon, Nov 23, 03:00`. */
export const formatTime = (at: number): string =>
  new Intl.DateTimeFormat(language(), {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  }).format(at)

/** The name of the user's time zone: `Europe/Berlin`. */
export const timeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

/**
 * An ISO 8601 instant as `<input type="datetime-local">` wants it, in the user's time zone. What is no instant stays as
 * it is.
 */
export function toLocal(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  const two = (number: number): string => String(number).padStart(2, '0')
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  const seconds = date.getSeconds() === 0 ? '' : `:${two(date.getSeconds())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}${seconds}`
}

/** The ISO 8601 instant, in UTC, that a local time means; undefined if it is none. */
export function fromLocal(local: string): string | undefined {
  if (!/^\d{4,6}-\d\d-\d\dT\d\d:\d\d/.test(local)) return undefined
  const date = new Date(local)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace('.000Z', 'Z')
}

import type { Problem } from '../../shared/api.ts'

/** What the hub refused, as a problem of the field it names; of no field if it names none. */
export function problemOf(error: unknown): Problem {
  const { message, data } = error as { message?: unknown; data?: { field?: unknown; value?: unknown; rule?: unknown } }
  const told = typeof message === 'string' ? message : String(error)
  const { field, value, rule } = data ?? {}
  return typeof field === 'string' && typeof rule === 'string'
    ? { field, value, rule }
    : { field: '', value: undefined, rule: told }
}

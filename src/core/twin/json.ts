import type { JsonObject } from './model.ts'

/** Whether a JSON value is an object: neither an array nor null. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A payload without the zero bytes at its end: programs in C send them with their strings. */
export function withoutZeros(payload: Uint8Array): Uint8Array {
  let end = payload.byteLength
  while (end > 0 && payload[end - 1] === 0) end -= 1
  return end === payload.byteLength ? payload : payload.subarray(0, end)
}

/** What the object itself holds under `key`: `constructor` and its like are keys as any other. */
export const own = <T>(object: { [key: string]: T } | undefined, key: string): T | undefined =>
  object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined

/** Sets a key of an object under construction. Plain assignment to `__proto__` would change its prototype instead. */
export function put<T>(object: { [key: string]: T }, key: string, value: T): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  else object[key] = value
}

/** Whether two JSON values mean the same; the order of keys does not matter. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]))
}

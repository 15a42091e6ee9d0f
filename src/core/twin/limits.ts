import { isObject } from './json.ts'

/** Bytes of a JSON value as compact UTF-8 text; 0 for `undefined`. */
export function jsonSize(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value))
}

/**
 * Whether objects and arrays nest more than `levels` deep; `{}` is one level, a scalar none. Looks no deeper than it
 * must.
 */
export function deeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  return Object.values(value).some((inner) => deeperThan(inner, levels - 1))
}

/** What a cloud refuses inside a document; each is asked for every key or value, at every depth. */
export interface Forbidden {
  key?: (key: string) => boolean
  value?: (value: unknown, insideArray: boolean) => boolean
}

/**
 * The path of the first key or value that is forbidden: `a.b[2].c`, or the empty string for the value itself. Check the
 * depth first.
 */
export function findForbidden(
  value: unknown,
  forbidden: Forbidden,
  path = '',
  insideArray = false,
): string | undefined {
  if (forbidden.value?.(value, insideArray)) return path
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      const found = findForbidden(item, forbidden, `${path}[${i}]`, true)
      if (found !== undefined) return found
    }
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      const inner = path === '' ? key : `${path}.${key}`
      if (forbidden.key?.(key)) return inner
      const found = findForbidden(item, forbidden, inner, insideArray)
      if (found !== undefined) return found
    }
  }
  return undefined
}

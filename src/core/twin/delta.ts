import { equal, isObject, own, put } from './json.ts'
import type { JsonObject } from './model.ts'

/**
 * What is wanted and not yet so: the keys of `desired` whose value is missing from `reported` or differs, pruned to
 * the differing path. Arrays are compared and taken whole; `undefined` if nothing is left. Keys that only
 * `reported` has do not count.
 */
export function delta(desired: JsonObject | undefined, reported: JsonObject | undefined): JsonObject | undefined {
  if (desired === undefined || desired === reported) return undefined
  const left: JsonObject = {}
  for (const key of Object.keys(desired)) {
    const wanted = desired[key]
    const is = own(reported, key)
    if (isObject(wanted) && isObject(is)) {
      const inner = delta(wanted, is)
      if (inner !== undefined) put(left, key, inner)
    } else if (!equal(wanted, is)) put(left, key, wanted)
  }
  return Object.keys(left).length > 0 ? left : undefined
}

import { isObject, own, put } from './json.ts'
import type { JsonObject, PatchMode } from './model.ts'

/** How deep a patch goes into what is there, and what null means in it. */
export interface MergeRule {
  mode: PatchMode
  /** `delete`: null removes its key, at any depth; `keep`: null is a value. Inside arrays it always is one. */
  nulls: 'delete' | 'keep'
}

/** How many levels of objects a mode merges; what lies deeper is replaced whole. */
export const LEVELS: Record<PatchMode, number> = { merge: Infinity, assign: 1, replace: 0 }

/**
 * The section after a patch. Neither argument is changed; what the patch does not touch is shared with `base`,
 * and `base` itself comes back if nothing differs.
 */
export function mergeSection(base: JsonObject | undefined, patch: JsonObject, rule: MergeRule): JsonObject {
  return mergeObject(base, patch, LEVELS[rule.mode], rule.nulls)
}

function mergeObject(
  base: JsonObject | undefined,
  patch: JsonObject,
  levels: number,
  nulls: MergeRule['nulls'],
): JsonObject {
  const from = levels > 0 ? base : undefined
  const merged: JsonObject = { ...from }
  let changed = from === undefined
  for (const key of Object.keys(patch)) {
    const value = patch[key]
    if (value === null && nulls === 'delete') {
      changed ||= Object.hasOwn(merged, key)
      delete merged[key]
      continue
    }
    const before = own(from, key)
    const after = isObject(value) ? mergeObject(isObject(before) ? before : undefined, value, levels - 1, nulls) : value
    if (after === before) continue
    put(merged, key, after)
    changed = true
  }
  return changed || from === undefined ? merged : from
}

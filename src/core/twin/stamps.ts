import { isObject, own, put } from './json.ts'
import { LEVELS, type MergeRule } from './merge.ts'
import type { JsonObject, Stamp, Stamps } from './model.ts'

/** Metadata in the shape of a value, each leaf rendered from its stamp. */
export type Mirror<L> = L | Mirror<L>[] | { [key: string]: Mirror<L> }

/**
 * The stamps of a section after the same patch under the same rule as `merge`: what the patch names is stamped,
 * also if its value is what it was, and so is every object on the way there; the rest keeps its stamps.
 */
export function stamp(
  before: Stamp | undefined,
  patch: JsonObject,
  rule: MergeRule,
  at: number,
  version: number,
): Stamp {
  const mark = (from: Stamps | undefined, part: JsonObject, levels: number): Stamp => {
    const of: Stamps = { ...(levels > 0 ? from : undefined) }
    for (const key of Object.keys(part)) {
      const value = part[key]
      if (value === null && rule.nulls === 'delete') delete of[key]
      else put(of, key, isObject(value) ? mark(own(of, key)?.of, value, levels - 1) : { at, version })
    }
    return { at, version, of }
  }
  return mark(before?.of, patch, LEVELS[rule.mode])
}

/**
 * Metadata in the shape of `value`, which may be any part of the stamped section: an array has one entry per
 * element. Keys without a stamp (the nulls of a patch) are left out.
 */
export function mirror<L>(value: unknown, from: Stamp, leaf: (stamp: Stamp) => L): Mirror<L> {
  if (Array.isArray(value)) return value.map((item) => mirror(item, from, leaf))
  if (!isObject(value)) return leaf(from)
  const shape: { [key: string]: Mirror<L> } = {}
  for (const key of Object.keys(value)) {
    // Inside an array nothing has a stamp of its own.
    const inner = from.of === undefined ? from : own(from.of, key)
    if (inner !== undefined) put(shape, key, mirror(value[key], inner, leaf))
  }
  return shape
}

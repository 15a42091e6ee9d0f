import { parseJson } from '../../../core/json-text.ts'
import { isObject, withoutZeros } from '../../../core/twin/json.ts'
import { deeperThan } from '../../../core/twin/limits.ts'
import type { JsonObject } from '../../../core/twin/model.ts'

/** Deeper documents than anybody means would exhaust the stack when they are merged. */
const LEVELS = 50

/** The JSON object in a payload; `undefined` if it is anything else, or nests deeper than 50 levels. */
export function jsonObject(payload: Uint8Array | string): JsonObject | undefined {
  try {
    const text = typeof payload === 'string' ? payload : Buffer.from(withoutZeros(payload)).toString()
    const value: unknown = parseJson(text)
    return isObject(value) && !deeperThan(value, LEVELS) ? value : undefined
  } catch {
    return undefined
  }
}

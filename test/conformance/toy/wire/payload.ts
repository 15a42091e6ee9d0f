import { parseJson } from '../../../../src/core/json-text.ts'
import { isObject } from '../../../../src/core/twin/json.ts'
import type { JsonObject } from '../../../../src/core/twin/model.ts'

/** The JSON object in a payload, a body or a document; `undefined` if it is anything else. */
export function jsonObject(bytes: Uint8Array | string): JsonObject | undefined {
  try {
    const value = parseJson(typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString())
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

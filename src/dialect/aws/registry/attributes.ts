import { invalidRequest } from '../wire/errors.ts'
import type { Fields } from '../wire/fields.ts'
import { NAMES } from '../wire/names.ts'

/** What `attributePayload` asks for. */
export interface AttributeChange {
  attributes: Record<string, string>
  merge: boolean
}

/** Reads `attributePayload`; `undefined` if it is absent [aws 4.1]. */
export function readAttributes(fields: Fields): AttributeChange | undefined {
  const payload = fields.fields('attributePayload')
  if (payload === undefined) return undefined
  const name = { pattern: NAMES.attributeName, says: `must match ${NAMES.attributeName.source}` }
  const value = { pattern: NAMES.attributeValue, says: `must match ${NAMES.attributeValue.source}` }
  return { attributes: payload.texts('attributes', name, value) ?? {}, merge: payload.boolean('merge') ?? false }
}

/** The attributes after a change: replaced as a whole, or merged; an empty text deletes, either way [aws 4.1]. */
export function applyAttributes(
  before: Record<string, string>,
  change: AttributeChange | undefined,
): Record<string, string> {
  if (change === undefined) return before
  const after = change.merge ? { ...before, ...change.attributes } : change.attributes
  return Object.fromEntries(Object.entries(after).filter(([, value]) => value !== ''))
}

const WITHOUT_TYPE = 3
const WITH_TYPE = 50

/** A thing without a type has few attributes, one with a type more [aws 4.1]. */
export function checkCount(attributes: Record<string, string>, type: string | undefined): void {
  const count = Object.keys(attributes).length
  const most = type === undefined ? WITHOUT_TYPE : WITH_TYPE
  if (count > most)
    throw invalidRequest(
      'attributePayload.attributes',
      Object.keys(attributes),
      `has ${count} attributes; a thing ${type === undefined ? 'without' : 'with'} a thing type may have ${most}`,
    )
}

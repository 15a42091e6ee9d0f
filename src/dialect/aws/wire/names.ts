import { invalidRequest } from './errors.ts'

/** The patterns names have to match [aws 0.4]. */
export const NAMES = {
  thing: /^[a-zA-Z0-9:_-]{1,128}$/,
  thingType: /^[a-zA-Z0-9:_-]{1,128}$/,
  thingGroup: /^[a-zA-Z0-9:_-]{1,128}$/,
  policy: /^[\w+=,.@-]{1,128}$/,
  certificateId: /^(?:0x)?[a-fA-F0-9]{64}$/,
  attributeName: /^[a-zA-Z0-9_.,@/:#-]{1,128}$/,
  attributeValue: /^[a-zA-Z0-9_.,@/:#=[\]-]{0,800}$/,
} as const

export const isThingName = (name: string): boolean => NAMES.thing.test(name)

/** A required name from path, query or body, held against its pattern; InvalidRequestException otherwise. */
export function checkName(field: string, value: string | undefined, pattern: RegExp): string {
  if (value === undefined || value === '') throw invalidRequest(field, value, 'is required')
  if (!pattern.test(value)) throw invalidRequest(field, value, `must match ${pattern.source}`)
  return value
}

import { asSaid, say, textOf, type Words } from './said.ts'

/** Everything the engine can refuse. Each dialect maps these to its wire errors in one table. */
export type HubErrorCode =
  | 'INVALID' // a field, its value and the rule it breaks
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'VERSION_MISMATCH'
  | 'INVALID_TRANSITION' // the state machine forbids it
  | 'TERMINAL_STATE'
  | 'CONFLICT' // something else still depends on it
  | 'LIMIT'
  | 'TOO_LARGE'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'NOT_ONLINE'
  | 'TIMEOUT'
  | 'UNAVAILABLE' // what would change could not be kept at present
  | 'UNSUPPORTED' // known to the cloud, not modelled here

/** What an error is about: the current state of an execution, the existing resource, the offending field. */
export interface HubErrorData {
  field?: string
  /** Why the field's `value` is refused. */
  rule?: Words
  /** What else is wrong, where that has been looked at too. */
  also?: HubError[]
  [key: string]: unknown
}

/** A refusal. Whoever throws it has changed nothing. */
export class HubError extends Error {
  override readonly name = 'HubError'
  constructor(
    readonly code: HubErrorCode,
    /** What the message was made of. */
    readonly words: Words,
    readonly data: HubErrorData = {},
  ) {
    super(textOf(words))
  }
}

/** Refuses a value, naming field, value and rule: `rollout.perMinute: 0 must be at least 1`. */
export function invalid(field: string, value: unknown, rule: Words): HubError {
  const shown = show(value)
  const cut = shown.length > 200 ? `${shown.slice(0, 200)}…` : shown
  return new HubError('INVALID', say`${field}: ${cut} ${asSaid(rule)}`, { field, value, rule })
}

/** JSON that nests some thousand levels deep can be read, but not written. */
function show(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return Array.isArray(value) ? '[…]' : '{…}'
  }
}

export const notFound = (message: Words): HubError => new HubError('NOT_FOUND', message)

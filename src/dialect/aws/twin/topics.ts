/** One shadow: the classic one of a thing, or one of its named ones. */
export interface ShadowName {
  thing: string
  shadow?: string
}

export type ShadowOperation = 'get' | 'update' | 'delete'

/** What the service publishes about an operation; the last two only about updates. */
export type ShadowOutcome = 'accepted' | 'rejected' | 'delta' | 'documents'

/** A shadow topic, taken apart. Without an outcome it is a request's. */
export interface ShadowTopic extends ShadowName {
  operation: ShadowOperation
  outcome?: ShadowOutcome
}

/** `$aws/things/{t}/shadow[/name/{s}]/{operation}[/{outcome}]` [aws 5.1], names as in [aws 0.4]; not a topic filter. */
const TOPIC =
  /^\$aws\/things\/([a-zA-Z0-9:_-]{1,128})\/shadow(?:\/name\/([$a-zA-Z0-9:_-]{1,64}))?\/(?:(get|delete)(?:\/(accepted|rejected))?|(update)(?:\/(accepted|rejected|delta|documents))?)$/

/** Takes a shadow topic apart; `undefined` if it is none. */
export function parseShadowTopic(topic: string): ShadowTopic | undefined {
  const match = TOPIC.exec(topic)
  if (match === null) return undefined
  const shadow = match[2]
  const outcome = (match[4] ?? match[6]) as ShadowOutcome | undefined
  return {
    thing: match[1] as string,
    ...(shadow !== undefined && { shadow }),
    operation: (match[3] ?? match[5]) as ShadowOperation,
    ...(outcome !== undefined && { outcome }),
  }
}

/** The inverse of `parseShadowTopic`. */
export function formatShadowTopic({ thing, shadow, operation, outcome }: ShadowTopic): string {
  const name = shadow === undefined ? '' : `/name/${shadow}`
  return `$aws/things/${thing}/shadow${name}/${operation}${outcome === undefined ? '' : `/${outcome}`}`
}

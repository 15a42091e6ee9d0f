import { parse, type Token } from 'path-to-regexp'

const PARAM = '\u0001'
const WILDCARD = '\u0002'
const GROUP = '\u0003'

export interface RouteShape {
  /** Equal for two patterns that match the same paths whatever they call their parameters. */
  shape: string
  /** The greater of two ranks (as strings) belongs to the more specific pattern. */
  rank: string
  /** The first segment, where every path of the pattern begins with it. */
  first: string | undefined
}

/** How specific a path-to-regexp pattern is, segment by segment from the left. */
export function routeShape(path: string): RouteShape {
  const shape = draw(parse(path).tokens)
  const segments = shape.split('/').slice(1)
  const first = segments[0]
  return {
    shape,
    rank: segments.map(rankOf).join(''),
    first: first === undefined || !isLiteral(first) ? undefined : first,
  }
}

const draw = (tokens: readonly Token[]): string =>
  tokens
    .map((token) => {
      if (token.type === 'text') return token.value
      if (token.type === 'group') return `${GROUP}${draw(token.tokens)}${GROUP}`
      return token.type === 'param' ? PARAM : WILDCARD
    })
    .join('')

const isLiteral = (segment: string): boolean =>
  !segment.includes(PARAM) && !segment.includes(WILDCARD) && !segment.includes(GROUP)

function rankOf(segment: string): string {
  if (isLiteral(segment)) return '3'
  if (segment.includes(WILDCARD)) return '0'
  return segment === PARAM ? '1' : '2'
}

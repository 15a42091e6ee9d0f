import type { Claim, Dialect } from '../dialect/dialect.ts'

const RANK: Record<Claim, number> = { credential: 4, marker: 3, path: 2, fallback: 1, no: 0 }

/** The dialect that lays the strongest claim to something, of equals the first; `undefined` if none does. */
export function strongestClaim(
  dialects: readonly Dialect[],
  claimOf: (dialect: Dialect) => Claim,
): Dialect | undefined {
  let best: Dialect | undefined
  let most = 0
  for (const dialect of dialects) {
    const claim = RANK[claimOf(dialect)]
    if (claim > most) [best, most] = [dialect, claim]
  }
  return best
}

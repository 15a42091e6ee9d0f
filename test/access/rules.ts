import type { Dialect, Route } from '../../src/dialect/dialect.ts'
import type { Shown, VisitorCase } from './visitors.ts'
import type { Mode, Where } from './hub-fixture.ts'

/** What becomes of a request: it gets in, whatever comes of it there; it is refused; or nothing is there. */
export type Outcome = 'in' | 'refused' | 'nothing'

/** What is asked for, as the request reached it. */
export type Asked = 'hub api' | { dialect: Dialect; route: Route } | undefined

const CERTIFICATES: ReadonlySet<Shown> = new Set<Shown>([
  'certificate',
  'certificate without rights',
  'revoked certificate',
  'made-up certificate',
])

/**
 * What the hub promises (docs/security.md), in the order in which it counts:
 *
 * 1. A foreign page, or a name that is not the hub's, gets nothing.
 * 2. The hub's own API is for its token.
 * 3. A presigned route is for who has its URL: nobody here has.
 * 4. Who has the hub's token, or signs with its keys, gets in.
 * 5. A device's certificate gets in while it counts; in strict mode it takes a right as well.
 * 6. Whatever else is shown gets nobody in from elsewhere.
 * 7. On this machine IotHub asks for nothing; AWS lets everybody in in open mode, and in strict mode who signs.
 */
export function expected({ shown, page }: VisitorCase, asked: Asked, mode: Mode, where: Where): Outcome {
  if (page === 'foreign') return 'refused'
  if (asked === 'hub api') return shown === 'token' ? 'in' : 'refused'
  if (asked === undefined) return 'nothing'
  if (asked.route.credential !== undefined) return 'refused'
  if (shown === 'token' || shown === 'keys') return 'in'
  if (CERTIFICATES.has(shown)) return byCertificate(shown, mode, where)
  if (where === 'elsewhere') return 'refused'
  if (asked.dialect.name === 'iothub-course') return 'in'
  return mode === 'open' || shown === 'made up' ? 'in' : 'refused'
}

function byCertificate(shown: Shown, mode: Mode, where: Where): Outcome {
  switch (shown) {
    case 'certificate':
      return 'in'
    case 'certificate without rights':
      return mode === 'open' ? 'in' : 'refused'
    case 'made-up certificate':
      return mode === 'open' && where === 'this machine' ? 'in' : 'refused'
    default:
      return 'refused'
  }
}

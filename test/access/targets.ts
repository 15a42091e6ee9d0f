import type { HttpRequest } from '../../src/core/seam/http.ts'
import type { Dialect, Route } from '../../src/dialect/dialect.ts'
import { dialects } from '../../src/dialect/registry.ts'
import type { ExampleCaller } from '../../src/dialect/examples.ts'
import { apiRoutes } from '../../src/hub/api-routes.ts'
import type { EventFeed } from '../../src/hub/event-feed.ts'
import type { HubApi } from '../../src/shared/api.ts'
import { callersOf, dressed, pathOf, tableOf } from '../conformance/requests.ts'

/** Something that can be asked for over HTTP. */
export interface AccessTarget {
  method: string
  path: string
  /** Whose it is; absent: the hub's own. */
  dialect?: Dialect
  /** How its cloud's clients dress a request to it, with credentials that are made up. */
  caller: ExampleCaller
}

const API = 'Authorization: Bearer'

/**
 * Every route of every dialect, and every route of the hub's own API: from their own tables, so that none can be
 * forgotten.
 */
export const targets: AccessTarget[] = [
  ...dialects.flatMap((dialect) =>
    dialect.http.routes.map((route) => ({
      method: route.method,
      path: pathOf(route),
      dialect,
      caller: callerOf(dialect, route),
    })),
  ),
  ...apiRoutes({} as HubApi, {} as EventFeed, () => {}).map((route) => ({
    method: route.method,
    path: pathOf(route),
    caller: { headers: { authorization: `${API} x` } },
  })),
]
  // It ends the hub.
  .sort((a, b) => Number(a.path === '/hub/stop') - Number(b.path === '/hub/stop'))

/** The caller of the examples whose request reaches the route. */
function callerOf(dialect: Dialect, route: Route): ExampleCaller {
  const table = tableOf(dialect, [route])
  const reached = callersOf(dialect, route).findIndex((request) => table.find(request).type === 'match')
  const caller = dressed(dialect, route)[reached]
  if (caller === undefined) throw new Error(`no caller of the examples reaches ${route.operation}`)
  return caller
}

const tables = new Map(dialects.map((dialect) => [dialect, tableOf(dialect)]))

/**
 * The route that a request reaches, whoever it was meant for; `undefined`: nothing is there, or no cloud takes it for
 * its own.
 */
export function routeOf(request: HttpRequest): { dialect: Dialect; route: Route } | undefined {
  const rank = { credential: 4, marker: 3, path: 2, fallback: 1, no: 0 }
  const [best] = [...dialects].sort((a, b) => rank[b.http.claim(request)] - rank[a.http.claim(request)])
  if (best === undefined || best.http.claim(request) === 'no') return undefined
  const found = tables.get(best)!.find(request)
  return found.type === 'match' ? { dialect: best, route: found.route } : undefined
}

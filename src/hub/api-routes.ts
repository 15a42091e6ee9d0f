import { invalid } from '../core/errors.ts'
import type { ApiRequest, ApiRoute } from '../http/hub-api.ts'
import type { HubApi } from '../shared/api.ts'

/** The hub's own API over HTTP, for scripts: the same calls, under `/hub/`, with the token. */
export const apiRoutes = (api: HubApi): ApiRoute[] => [
  { method: 'GET', path: '/hub/status', handle: async () => api.status() },
  { method: 'GET', path: '/hub/notices', handle: async () => api.notices() },
  {
    method: 'GET',
    path: '/hub/devices',
    handle: async (request) => {
      const { online, ...page } = query(request, ['dialect', 'search', 'online', 'after'])
      return api.devices({ ...page, ...limit(request), ...(online === undefined ? {} : { online: online === 'true' }) })
    },
  },
  { method: 'GET', path: '/hub/jobs', handle: async () => api.jobs() },
  { method: 'GET', path: '/hub/jobs/:dialect/:name', handle: async (_, { dialect, name }) => api.job(`${dialect}/${name}`) },
  {
    method: 'GET',
    path: '/hub/jobs/:dialect/:name/executions',
    handle: async (request, { dialect, name }) => api.executions(`${dialect}/${name}`, { ...query(request, ['status', 'after']), ...limit(request) }),
  },
  { method: 'POST', path: '/hub/clock/advance', handle: async ({ json }) => api.advance(advanceBy(json)) },
]

function query<K extends string>({ query: given }: ApiRequest, names: K[]): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {}
  for (const name of names) {
    const value = given.get(name)
    if (value !== null) found[name] = value
  }
  return found
}

const limit = ({ query: given }: ApiRequest): { limit?: number } => (given.has('limit') ? { limit: Number(given.get('limit')) } : {})

function advanceBy(body: unknown): number | 'next' {
  const by = typeof body === 'object' && body !== null && 'by' in body ? body.by : undefined
  if (by === 'next' || typeof by === 'number') return by
  throw invalid('by', by, 'must be a number of milliseconds, or "next"')
}

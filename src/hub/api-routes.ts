import { invalid } from '../core/errors.ts'
import { EventStream, type ApiRequest, type ApiRoute } from '../http/hub-api.ts'
import type { ExecutionSort, HubApi } from '../shared/api.ts'
import type { JobDraft, TargetDraft } from '../shared/job-draft.ts'
import { readJobDraft } from '../shared/job-draft-text.ts'
import { JsonText, writeJson } from '../shared/json-text.ts'
import { keyOf } from '../core/ids.ts'
import type { EventFeed } from './event-feed.ts'

const DEVICE = '/hub/devices/:dialect/:name'
const JOB = '/hub/jobs/:dialect/:name'

/** The hub's own API over HTTP, for other processes: the same calls, under `/hub/`, with the token. */
export const apiRoutes = (api: HubApi, feed: EventFeed, stop: () => void): ApiRoute[] => [
  get('/hub/status', () => api.status()),
  get('/hub/dialects', () => api.dialects()),
  get('/hub/notices', () => api.notices()),
  remove('/hub/notices/:id', (_, params) => api.dismissNotice(params['id'] ?? '')),
  get('/hub/events', async () => new EventStream(feed.open())),
  get('/hub/groups', (request) => api.groups(request.query.get('dialect') ?? undefined)),
  get('/hub/keys', () => api.keys()),
  post('/hub/services/:dialect', (_, { dialect = '' }) => api.serviceKit(dialect)),
  {
    method: 'PUT',
    path: '/hub/keys/:dialect/:name',
    handle: ({ json }, { dialect = '', name = '' }) => api.setKey(dialect, name, text(json, 'value')),
  },
  ...deviceRoutes(api),
  ...jobRoutes(api),
  post('/hub/clock/advance', ({ json }) => api.advance(advanceBy(json))),
  post('/hub/stop', async () => stop()),
]

const deviceRoutes = (api: HubApi): ApiRoute[] => [
  get('/hub/devices', (request) => {
    const { online, parts, ...page } = query(request, ['dialect', 'search', 'online', 'parent', 'parts', 'after'])
    return api.devices({
      ...page,
      ...limit(request),
      ...(online !== undefined && { online: online === 'true' }),
      ...(parts !== undefined && { parts: parts === 'true' }),
    })
  }),
  get(DEVICE, (_, params) => api.device(keyIn(params))),
  post(`${DEVICE}/actions/:action`, ({ json }, params) =>
    // What it may be given is checked by the call itself.
    api.act(keyIn(params), params['action'] ?? '', object(json, 'input') as Parameters<HubApi['act']>[2]),
  ),
  get(`${DEVICE}/telemetry`, (_, params) => api.telemetry(keyIn(params))),
  get(`${DEVICE}/messages`, (_, params) => api.messages(keyIn(params))),
  get(`${DEVICE}/twin`, (request, params) => api.twin(keyIn(params), request.query.get('name') ?? undefined)),
  post('/hub/devices', ({ json }) => {
    const given = [text(json, 'dialect'), text(json, 'name')] as const
    return member(json, 'kit') === false ? api.registerDevice(...given) : api.addDevice(...given)
  }),
  get(`${DEVICE}/kit`, (_, params) => api.kitOffer(keyIn(params))),
  post(`${DEVICE}/kit`, (_, params) => api.connectionKit(keyIn(params))),
  post(`${DEVICE}/twin`, ({ json }, params) =>
    api.editTwin(keyIn(params), twinIn(json), {
      edited: object(json, 'edited'),
      shown: object(json, 'shown'),
      over: object(json, 'over'),
    }),
  ),
  {
    method: 'PUT',
    path: `${DEVICE}/twin`,
    handle: async ({ json }, params) =>
      api.setDesired(keyIn(params), twinIn(json), object(json, 'desired'), number(json, 'version')),
  },
  remove(DEVICE, (_, params) => api.removeDevice(keyIn(params))),
  get(`${DEVICE}/credentials`, (_, params) => api.credentials(keyIn(params))),
  remove(`${DEVICE}/credentials/:credential`, ({ query: given }, params) => {
    const how = given.get('how')
    if (how !== 'revoke' && how !== 'delete') throw invalid('how', how, 'must be revoke or delete')
    return api.withdrawCredential(keyIn(params), params['credential'] ?? '', how)
  }),
]

const jobRoutes = (api: HubApi): ApiRoute[] => [
  get('/hub/jobs', () => api.jobs()),
  get(JOB, async (_, params) => jsonText(await api.job(keyIn(params)))),
  get(`${JOB}/executions`, (request, params) => {
    const { sort, descending, ...page } = query(request, ['status', 'search', 'sort', 'descending', 'after'])
    // What it may be sorted by is checked by the call itself.
    return api.executions(keyIn(params), {
      ...page,
      ...limit(request),
      ...(sort !== undefined && { sort: sort as ExecutionSort }),
      ...(descending !== undefined && { descending: descending === 'true' }),
    })
  }),
  get(`${JOB}/executions/:device`, (_, params) => api.execution(keyIn(params), params['device'] ?? '')),
  // What drafts and targets hold is checked by the calls themselves.
  post('/hub/targets/count', ({ json }) => api.countTargets(text(json, 'dialect'), targets(json))),
  post('/hub/jobs/check', (request) => api.checkJob(draftIn(request))),
  post('/hub/jobs', (request) => api.createJob(draftIn(request))),
  post(`${JOB}/cancel`, ({ json }, params) => {
    const comment = member(json, 'comment')
    return api.cancelJob(keyIn(params), {
      force: member(json, 'force') === true,
      ...(comment !== undefined && { comment: text(json, 'comment') }),
    })
  }),
  post(`${JOB}/retry`, (_, params) => api.retryFailed(keyIn(params))),
  remove(JOB, (request, params) => api.deleteJob(keyIn(params), { force: request.query.get('force') === 'true' })),
]

type Handle = ApiRoute['handle']

const get = (path: string, handle: Handle): ApiRoute => ({ method: 'GET', path, handle })
const post = (path: string, handle: Handle): ApiRoute => ({ method: 'POST', path, handle })
const remove = (path: string, handle: Handle): ApiRoute => ({ method: 'DELETE', path, handle })

const keyIn = ({ dialect = '', name = '' }: Record<string, string>): string => keyOf(dialect, name)

function query<K extends string>({ query: given }: ApiRequest, names: K[]): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {}
  for (const name of names) {
    const value = given.get(name)
    if (value !== null) found[name] = value
  }
  return found
}

const limit = ({ query: given }: ApiRequest): { limit?: number } =>
  given.has('limit') ? { limit: Number(given.get('limit')) } : {}

/** Which of a device's twins is meant. */
const twinIn = (body: unknown): string | undefined =>
  member(body, 'name') === undefined ? undefined : text(body, 'name')

const member = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null && Object.hasOwn(body, name)
    ? (body as Record<string, unknown>)[name]
    : undefined

function text(body: unknown, name: string): string {
  const value = member(body, name)
  if (typeof value !== 'string') throw invalid(name, value, 'must be a string')
  return value
}

function number(body: unknown, name: string): number {
  const value = member(body, name)
  if (typeof value !== 'number') throw invalid(name, value, 'must be a number')
  return value
}

/** With its document as it was sent. */
const draftIn = ({ body, json }: ApiRequest): JobDraft => readJobDraft(body.toString(), json)

/** An answer in which documents stand as they were written. */
const jsonText = (value: unknown): JsonText => new JsonText(writeJson(value))

function object(body: unknown, name: string): object {
  const value = member(body, name)
  if (typeof value !== 'object' || value === null) throw invalid(name, value, 'must be an object')
  return value
}

function targets(body: unknown): TargetDraft[] {
  const value = member(body, 'targets')
  const isTarget = (target: unknown): boolean =>
    ['device', 'group', 'query'].some((kind) => typeof member(target, kind) === 'string')
  if (!Array.isArray(value) || !value.every(isTarget))
    throw invalid('targets', value, 'must be a list of {device}, {group} or {query}')
  return value as TargetDraft[]
}

function advanceBy(body: unknown): number | 'next' {
  const by = member(body, 'by')
  if (by === 'next' || typeof by === 'number') return by
  throw invalid('by', by, 'must be a number of milliseconds, or "next"')
}

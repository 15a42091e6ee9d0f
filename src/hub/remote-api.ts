import { HubError } from '../core/errors.ts'
import { dialectOf, nameOf } from '../core/ids.ts'
import { isHubErrorCode } from '../http/hub-api.ts'
import type { HubApi, JobDetail } from '../shared/api.ts'
import { JsonText, writeJson } from '../shared/json-text.ts'
import { say, verbatim, type Said } from '../core/said.ts'
import { saysInvalid } from '../shared/say-in.ts'

/** Sends one request of the hub's API and reads its answer. */
export type RemoteCall = <T>(method: string, path: string, body?: unknown) => Promise<T>

/** Where a hub in another process is reached, and the token it obeys. */
export interface Remote {
  url: string
  token: string
}

/** Asks over HTTP. Refusals come back as the `HubError` they were; NOT_ONLINE if nobody answers. */
export const askOver = ({ url, token }: Remote): RemoteCall =>
  async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${url}${path}`, {
      method,
      // The token is for this hub only.
      redirect: 'error',
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: writeJson(body) }),
    }).catch((error: unknown) => {
      throw new HubError('NOT_ONLINE', say`the hub at ${url} does not answer: ${reasonOf(error)}`)
    })
    const text = await response.text()
    if (!response.ok) throw refusalIn(text, response.status, `${method} ${path}`)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

/** `fetch failed` is no reason; what lies behind it is. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof Error)
    return cause.message !== '' ? cause.message : 'code' in cause ? String(cause.code) : cause.name
  return error instanceof Error ? error.message : String(error)
}

/** As `jsonError` writes it. */
interface ToldError {
  code: unknown
  message: string
  says?: Said
  field?: string
  /** With VERSION_MISMATCH: what is there instead. */
  current?: unknown
}

function refusalIn(text: string, status: number, request: string): Error {
  try {
    const { code, message, says, field, current } = (JSON.parse(text) as { error: ToldError }).error
    const data = {
      ...(field !== undefined && { field }),
      ...(current !== undefined && { current }),
      ...(says && saysInvalid(says) && { rule: says.args[2] }),
    }
    if (isHubErrorCode(code)) return new HubError(code, says ?? verbatim(message), data)
    return new Error(message)
  } catch {
    return new Error(`${request} was answered with ${status}, and not by a hub`)
  }
}

/** The API of a hub in another process. */
export function remoteApi(ask: RemoteCall): HubApi {
  const device = (key: string): string => `/hub/devices/${inPath(key)}`
  const job = (key: string): string => `/hub/jobs/${inPath(key)}`
  return {
    status: () => ask('GET', '/hub/status'),
    dialects: () => ask('GET', '/hub/dialects'),
    devices: (query = {}) => ask('GET', `/hub/devices${inQuery({ ...query })}`),
    device: (key) => ask('GET', device(key)),
    addDevice: (dialect, name) => ask('POST', '/hub/devices', { dialect, name }),
    registerDevice: (dialect, name) => ask('POST', '/hub/devices', { dialect, name, kit: false }),
    kitOffer: (key) => ask('GET', `${device(key)}/kit`),
    connectionKit: (key) => ask('POST', `${device(key)}/kit`),
    credentials: (key) => ask('GET', `${device(key)}/credentials`),
    withdrawCredential: (key, id, how) =>
      ask('DELETE', `${device(key)}/credentials/${encodeURIComponent(id)}${inQuery({ how })}`),
    removeDevice: (key) => ask('DELETE', device(key)),
    groups: (dialect) => ask('GET', `/hub/groups${inQuery({ dialect })}`),
    keys: () => ask('GET', '/hub/keys'),
    serviceKit: (dialect) => ask('POST', `/hub/services/${encodeURIComponent(dialect)}`),
    setKey: (dialect, name, value) =>
      ask('PUT', `/hub/keys/${encodeURIComponent(dialect)}/${encodeURIComponent(name)}`, { value }),
    act: (key, action, input) => ask('POST', `${device(key)}/actions/${encodeURIComponent(action)}`, { input }),
    telemetry: (key) => ask('GET', `${device(key)}/telemetry`),
    messages: (key) => ask('GET', `${device(key)}/messages`),
    twin: (key, name) => ask('GET', `${device(key)}/twin${inQuery({ name })}`),
    editTwin: (key, name, edit) => ask('POST', `${device(key)}/twin`, { name, ...edit }),
    setDesired: (key, name, desired, version) => ask('PUT', `${device(key)}/twin`, { name, desired, version }),
    jobs: () => ask('GET', '/hub/jobs'),
    job: async (key) => withDocument(await ask<JobDetail>('GET', job(key))),
    executions: (key, query = {}) => ask('GET', `${job(key)}/executions${inQuery({ ...query })}`),
    execution: (key, of) => ask('GET', `${job(key)}/executions/${encodeURIComponent(of)}`),
    countTargets: (dialect, targets) => ask('POST', '/hub/targets/count', { dialect, targets }),
    checkJob: (draft) => ask('POST', '/hub/jobs/check', draft),
    createJob: (draft) => ask('POST', '/hub/jobs', draft),
    cancelJob: (key, options = {}) => ask('POST', `${job(key)}/cancel`, options),
    retryFailed: (key) => ask('POST', `${job(key)}/retry`),
    deleteJob: (key, { force = false } = {}) => ask('DELETE', `${job(key)}${inQuery({ force })}`),
    notices: () => ask('GET', '/hub/notices'),
    dismissNotice: (id) => ask('DELETE', `/hub/notices/${encodeURIComponent(id)}`),
    advance: (by) => ask('POST', '/hub/clock/advance', { by }),
  }
}

/** The draft's document has been parsed on its way; the job's own is a text, and the same. */
const withDocument = (detail: JobDetail): JobDetail => ({
  ...detail,
  draft: { ...detail.draft, document: new JsonText(detail.document) },
})

const inPath = (key: string): string => `${encodeURIComponent(dialectOf(key))}/${encodeURIComponent(nameOf(key))}`

function inQuery(values: Record<string, string | number | boolean | undefined>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value))
  return query.size === 0 ? '' : `?${query.toString()}`
}

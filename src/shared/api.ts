/** What the hub offers to the CLI, the editor and, over HTTP with the token, to scripts. Instants are milliseconds. */
export interface HubApi {
  status(): HubStatus
  devices(query?: DeviceQuery): Page<DeviceView>
  jobs(): JobView[]
  /** NOT_FOUND if there is none. */
  job(key: string): JobView
  executions(job: string, query?: ExecutionQuery): Page<ExecutionView>
  /** What was accepted but ignored, refused, or is worth a look, each once with its count. */
  notices(): NoticeView[]
  /** Moves the virtual clock by that many milliseconds, or to the next deadline; INVALID on a real clock. */
  advance(by: number | 'next'): Promise<HubStatus>
}

/** Where a started hub can be reached. */
export interface Endpoints {
  host: string
  mqtt: number
  mqtts: number
  http: number
  https: number
  /** Path of the certificate that clients must trust. */
  ca: string
  /** Path of the file with the token for the hub's own API. */
  token: string
}

export interface HubStatus {
  endpoints: Endpoints
  mode: 'open' | 'strict'
  clock: 'real' | 'virtual'
  now: number
  startedAt: number
  devices: number
  online: number
  connections: number
  jobs: number
  dialects: { name: string; title: string }[]
}

export interface Page<T> {
  items: T[]
  total: number
  /** Give it back as `after` to get what follows; absent on the last page. */
  next?: string
}

export interface DeviceQuery {
  dialect?: string
  /** Part of the name. */
  search?: string
  online?: boolean
  after?: string
  /** 1–1000, default 100. */
  limit?: number
}

export interface DeviceView {
  key: string
  dialect: string
  name: string
  online: boolean
  pending: number
  groups: string[]
  seenAt?: number
}

export interface JobView {
  key: string
  dialect: string
  name: string
  status: string
  selection: 'SNAPSHOT' | 'CONTINUOUS'
  description?: string
  /** Devices per state of their latest execution; states with none are absent. */
  counts: Record<string, number>
  /** Devices the rollout is for, and how many of them it has reached. */
  planned: number
  rolledOut: number
  createdAt: number
  completedAt?: number
  reasonCode?: string
  comment?: string
}

export interface ExecutionQuery {
  status?: string
  after?: string
  limit?: number
}

export interface ExecutionView {
  device: string
  status: string
  number: number
  version: number
  queuedAt: number
  startedAt?: number
  updatedAt: number
  progress?: number
  details?: Record<string, unknown>
}

export interface NoticeView {
  kind: 'ignored' | 'warning' | 'refused'
  text: string
  count: number
  firstAt: number
  lastAt: number
}

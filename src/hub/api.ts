import type { Clock, VirtualClock } from '../core/clock.ts'
import type { Engine } from '../core/engine.ts'
import { HubError, invalid } from '../core/errors.ts'
import { nameOf } from '../core/ids.ts'
import type { Execution, Job } from '../core/job/model.ts'
import type { Device } from '../core/device/model.ts'
import type { Dialect } from '../dialect/dialect.ts'
import type { DeviceView, Endpoints, ExecutionView, HubApi, HubStatus, JobView } from '../shared/api.ts'
import type { HubOptions } from '../shared/options.ts'
import type { Notices } from './notices.ts'
import { pageOf } from './page.ts'

/** What the API looks at. */
export interface ApiSources {
  options: HubOptions
  engine: Engine
  clock: Clock
  virtual: VirtualClock | undefined
  notices: Notices
  dialects: readonly Dialect[]
  endpoints(): Endpoints
  connections(): number
  /** Lets everything that is due by now happen. */
  idle(): Promise<void>
}

const later = (): Promise<never> => Promise.reject(new HubError('UNSUPPORTED', 'The hub does not do that yet'))

const unbuilt = {
  dialects: later,
  device: later,
  addDevice: later,
  connectionKit: later,
  removeDevice: later,
  groups: later,
  messages: later,
  twin: later,
  setDesired: later,
  execution: later,
  countTargets: later,
  checkJob: later,
  createJob: later,
  cancelJob: later,
  retryFailed: later,
  deleteJob: later,
}

/** The hub's own API over the engine: views for people, no cloud's words. */
export function createApi(sources: ApiSources): HubApi {
  const { engine, clock, options, notices } = sources
  const startedAt = clock.now()

  const status = (): HubStatus => ({
    endpoints: sources.endpoints(),
    mode: options.mode,
    clock: options.clock,
    now: clock.now(),
    startedAt,
    devices: engine.devices.size,
    online: engine.connections.online,
    connections: sources.connections(),
    jobs: [...engine.jobs.all()].length,
    dialects: sources.dialects.map(({ name, title }) => ({ name, title })),
  })

  return {
    ...unbuilt,
    status: async () => status(),
    notices: async () => notices.list(),
    devices: async ({ dialect, search, online, after, limit } = {}) => {
      const wanted = (device: Device): boolean =>
        (dialect === undefined || device.dialect === dialect) &&
        (search === undefined || device.name.includes(search)) &&
        (online === undefined || engine.connections.isOnline(device.key) === online)
      return pageOf(engine.devices.all(), wanted, (device) => device.key, (device) => deviceView(engine, device), after, limit)
    },
    jobs: async () => [...engine.jobs.all()].map((job) => jobView(engine, job)),
    job: async (key) => ({ ...jobView(engine, engine.jobs.require(key)), document: engine.jobs.require(key).document, draft: { dialect: '', name: '', targets: [], document: {} }, history: [] }),
    executions: async (job, { status: wantedStatus, after, limit } = {}) => {
      engine.jobs.require(job)
      const wanted = (execution: Execution): boolean => wantedStatus === undefined || execution.status === wantedStatus
      return pageOf(engine.executions.ofJob(job).values(), wanted, (execution) => execution.device, executionView, after, limit)
    },
    async advance(by) {
      const { virtual } = sources
      if (virtual === undefined) throw invalid('clock', options.clock, 'must be virtual to be moved')
      if (typeof by === 'number' && !(by >= 0)) throw invalid('by', by, 'must be a number of milliseconds, at least 0')
      await sources.idle()
      const target = by === 'next' ? (virtual.next() ?? virtual.now()) : virtual.now() + by
      for (let next = virtual.next(); next !== undefined && next <= target; next = virtual.next()) {
        virtual.advanceTo(next)
        await sources.idle()
      }
      virtual.advanceTo(target)
      return status()
    },
  }
}

function deviceView(engine: Engine, device: Device): DeviceView {
  const connectivity = engine.connections.get(device.key)
  return {
    key: device.key,
    dialect: device.dialect,
    name: device.name,
    online: engine.connections.isOnline(device.key),
    state: engine.connections.isOnline(device.key) ? 'online' : 'offline',
    pending: engine.executions.pending(device.key).length,
    groups: device.groups.map(nameOf),
    ...(connectivity === undefined ? {} : { seenAt: connectivity.at }),
  }
}

function jobView(engine: Engine, job: Job): JobView {
  return {
    key: job.key,
    dialect: job.dialect,
    name: nameOf(job.key),
    status: job.status,
    selection: job.selection,
    counts: Object.fromEntries(Object.entries(engine.executions.counts(job.key)).filter(([, count]) => count > 0)),
    planned: job.planned,
    rolledOut: job.rolledOut,
    createdAt: job.createdAt,
    ...(job.description === undefined ? {} : { description: job.description }),
    ...(job.completedAt === undefined ? {} : { completedAt: job.completedAt }),
    ...(job.reasonCode === undefined ? {} : { reasonCode: job.reasonCode }),
    ...(job.comment === undefined ? {} : { comment: job.comment }),
  }
}

const executionView = ({ device, status, number, version, queuedAt, startedAt, updatedAt, progress, details }: Execution): ExecutionView => ({
  device,
  status,
  number,
  version,
  queuedAt,
  updatedAt,
  ...(startedAt === undefined ? {} : { startedAt }),
  ...(progress === undefined ? {} : { progress }),
  ...(details === undefined ? {} : { details }),
})

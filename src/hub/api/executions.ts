import type { Engine } from '../../core/engine.ts'
import type { Execution } from '../../core/job/model.ts'
import { timesOutAt } from '../../core/job/timeout.ts'
import type { ExecutionDetail, ExecutionView, HubApi } from '../../shared/api.ts'
import { nameOf } from '../../core/ids.ts'
import { pageOf } from './page.ts'
import { sortedPage, sortOf } from './sorted-page.ts'
import type { ApiSources } from './sources.ts'

/** Looking at executions. */
export function executionApi({ engine }: Pick<ApiSources, 'engine'>): Pick<HubApi, 'executions' | 'execution'> {
  const view = (execution: Execution): ExecutionView => latestView(engine, execution)
  return {
    executions: async (job, { status, search, sort, descending = false, after, limit } = {}) => {
      engine.jobs.require(job)
      const text = search?.toLowerCase() ?? ''
      const wanted = (execution: Execution): boolean =>
        (status === undefined || execution.status === status) &&
        (text === '' || nameOf(execution.device).toLowerCase().includes(text))
      const all = engine.executions.ofJob(job).values()
      if (sort === undefined) return pageOf(all, wanted, ({ device }) => device, view, after, limit)
      return sortedPage(all, wanted, view, { sort: sortOf(sort), descending, after, limit })
    },
    execution: async (job, device) => {
      const latest = engine.executions.require(job, device)
      const at = timesOutAt(latest)
      return {
        ...view(latest),
        job,
        attempts: engine.executions.attempts(job, device).map(executionView),
        ...(at !== undefined && { timesOutAt: at }),
      } satisfies ExecutionDetail
    },
  }
}

/** The latest attempt as people see it, with what the device runs of what it upgrades. */
export function latestView({ upgrades }: Pick<Engine, 'upgrades'>, execution: Execution): ExecutionView {
  const { module } = upgrades.get(execution.job)?.package ?? {}
  const runs = module === undefined ? undefined : upgrades.versions.get(execution.device, module)
  return { ...executionView(execution), ...(runs !== undefined && { runs }) }
}

/** An attempt as people see it. */
export const executionView = ({
  device,
  status,
  number,
  version,
  queuedAt,
  startedAt,
  updatedAt,
  progress,
  details,
}: Execution): ExecutionView => ({
  device,
  status,
  number,
  version,
  queuedAt,
  updatedAt,
  ...(startedAt !== undefined && { startedAt }),
  ...(progress !== undefined && { progress }),
  ...(details !== undefined && { details }),
})

import type { Execution } from '../../core/job/model.ts'
import { timesOutAt } from '../../core/job/timeout.ts'
import type { ExecutionDetail, ExecutionView, HubApi } from '../../shared/api.ts'
import { nameOf } from '../../core/ids.ts'
import { pageOf } from './page.ts'
import { sortedPage, sortOf } from './sorted-page.ts'
import type { ApiSources } from './sources.ts'

/** Looking at executions. */
export function executionApi({ engine }: ApiSources): Pick<HubApi, 'executions' | 'execution'> {
  return {
    executions: async (job, { status, search, sort, descending = false, after, limit } = {}) => {
      engine.jobs.require(job)
      const text = search?.toLowerCase() ?? ''
      const wanted = (execution: Execution): boolean =>
        (status === undefined || execution.status === status) && (text === '' || nameOf(execution.device).toLowerCase().includes(text))
      if (sort !== undefined) return sortedPage(engine.executions.ofJob(job).values(), wanted, executionView, { sort: sortOf(sort), descending, after, limit })
      return pageOf(engine.executions.ofJob(job).values(), wanted, ({ device }) => device, executionView, after, limit)
    },
    execution: async (job, device) => {
      const latest = engine.executions.require(job, device)
      const at = timesOutAt(latest)
      return {
        ...executionView(latest),
        job,
        attempts: engine.executions.attempts(job, device).map(executionView),
        ...(at !== undefined && { timesOutAt: at }),
      } satisfies ExecutionDetail
    },
  }
}

/** An execution as people see it. */
export const executionView = ({ device, status, number, version, queuedAt, startedAt, updatedAt, progress, details }: Execution): ExecutionView => ({
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

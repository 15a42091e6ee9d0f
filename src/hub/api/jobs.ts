import type { Engine } from '../../core/engine.ts'
import { HubError, invalid } from '../../core/errors.ts'
import { dialectOf, keyOf, nameOf } from '../../core/ids.ts'
import type { Job } from '../../core/job/model.ts'
import type { Package } from '../../core/ota/model.ts'
import type { HubApi, JobView, UpgradeView } from '../../shared/api.ts'
import { checkJob } from './check-job.ts'
import { draftOf, jobFrom, targetFrom } from './drafts.ts'
import { fileOf } from './job-file.ts'
import { historyOf } from './history.ts'
import { dialectNamed, type ApiSources } from './sources.ts'
import { listed, say } from '../../core/said.ts'

type JobCalls = 'jobs' | 'job' | 'countTargets' | 'checkJob' | 'createJob' | 'cancelJob' | 'retryFailed' | 'deleteJob'

/** Looking at jobs, making them, and what people do with them. */
export function jobApi(sources: ApiSources): Pick<HubApi, JobCalls> {
  const { engine, clock, perform } = sources
  const view = (job: Job): JobView => jobView(engine, job)
  return {
    jobs: async () => [...engine.jobs.all()].map(view),
    job: async (key) => {
      const job = engine.jobs.require(key)
      return {
        ...view(job),
        document: job.document,
        draft: draftOf(job),
        history: historyOf(job, engine.executions, clock.now()),
      }
    },
    countTargets: async (dialect, targets) => {
      const { name, query } = dialectNamed(sources, dialect)
      return engine.jobs.count(
        name,
        targets.map((target) => targetFrom(name, target, query)),
      )
    },
    checkJob: async (draft) => checkJob(sources, draft),
    createJob: async (draft) => {
      const first = (await checkJob(sources, draft)).find(({ severity }) => severity !== 'warning')
      if (first?.field === 'name' && engine.jobs.get(keyOf(draft.dialect, draft.name)) !== undefined) {
        throw new HubError('ALREADY_EXISTS', say`job ${keyOf(draft.dialect, draft.name)} already exists`, {
          field: 'name',
        })
      }
      if (first !== undefined) throw invalid(first.field, first.value, first.says ?? listed(first.rule))
      const dialect = dialectNamed(sources, draft.dialect)
      const file = await fileOf(sources, draft.file)
      return perform(dialect.name, 'createJob', (ctx) =>
        view(ctx.engine.jobs.create(ctx.turn, dialect.jobs.prepare(ctx, jobFrom(draft, dialect), file))),
      )
    },
    cancelJob: async (key, { force = false, comment } = {}) =>
      perform(dialectOf(key), 'cancelJob', ({ turn }) =>
        view(engine.jobs.cancel(turn, key, { force, ...(comment !== undefined && { comment }) })),
      ),
    retryFailed: async (key) => perform(dialectOf(key), 'retryFailed', ({ turn }) => engine.jobs.rerun(turn, key)),
    deleteJob: async (key, { force = false } = {}) =>
      perform(dialectOf(key), 'deleteJob', ({ turn }) => engine.jobs.delete(turn, key, { force })),
  }
}

/** A job as lists show it. */
export function jobView(engine: Engine, job: Job): JobView {
  const upgrade = engine.upgrades.get(job.key)
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
    ...(job.kind !== undefined && { kind: job.kind }),
    ...(job.description !== undefined && { description: job.description }),
    ...(upgrade !== undefined && { upgrade: upgradeView(upgrade.package) }),
    ...(job.completedAt !== undefined && { completedAt: job.completedAt }),
    ...(job.reasonCode !== undefined && { reasonCode: job.reasonCode }),
    ...(job.comment !== undefined && { comment: job.comment }),
  }
}

/** The size is that of all files, if that of each is known. */
function upgradeView({ module, version, files }: Package): UpgradeView {
  const bytes = files.reduce((sum, { size = NaN }) => sum + size, 0)
  return { module, version, ...(files.length > 0 && !Number.isNaN(bytes) && { bytes }) }
}

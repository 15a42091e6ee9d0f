import { HubError } from '../../core/errors.ts'
import { keyOf } from '../../core/ids.ts'
import { faultsOf } from '../../core/job/validate.ts'
import type { Dialect } from '../../dialect/dialect.ts'
import type { Problem } from '../../shared/api.ts'
import type { JobDraft, TargetDraft } from '../../shared/job-draft.ts'
import { jobDraftSchema } from '../../shared/job-draft-schema.ts'
import { draftField, jobFrom, targetFrom, valueAt } from './drafts.ts'
import { schemaProblems } from './schema-problems.ts'
import type { ApiSources } from './sources.ts'

/** Everything a draft breaks: its own form, names, targets, the document's schema, the engine's rules, and its cloud's. */
export async function checkJob(sources: ApiSources, draft: JobDraft): Promise<Problem[]> {
  const form = await schemaProblems(jobDraftSchema, draft)
  const dialect = sources.dialects.find(({ name }) => name === valueAt(draft, 'dialect'))
  if (dialect === undefined) return unlessSaid(form, [{ field: 'dialect', value: valueAt(draft, 'dialect'), rule: `must be one of ${sources.dialects.map(({ name }) => name).join(', ')}` }])
  const sound = (field: string): boolean => !form.some((problem) => problem.field === field || problem.field.startsWith(`${field}/`))
  return unlessSaid(form, [
    ...(sound('name') ? nameProblems(sources, dialect, draft.name) : []),
    ...(sound('targets') ? draft.targets.flatMap((target, index) => targetProblems(sources, dialect, target, index)) : []),
    ...(sound('document') ? await schemaProblems(dialect.jobs.documentSchema, draft.document, 'document') : []),
    ...(form.length === 0 ? await ruleProblems(sources, dialect, draft) : []),
  ])
}

/** What is said of a field once needs not be said again by whoever looks at it next. */
function unlessSaid(said: Problem[], more: Problem[]): Problem[] {
  const all = [...said]
  for (const problem of more) if (!all.some(({ field }) => field === problem.field)) all.push(problem)
  return all
}

function nameProblems({ engine }: ApiSources, { name: dialect, jobs }: Dialect, name: string): Problem[] {
  if (!new RegExp(jobs.names.pattern, 'u').test(name)) return [{ field: 'name', value: name, rule: jobs.names.rule }]
  return engine.jobs.get(keyOf(dialect, name)) === undefined ? [] : [{ field: 'name', value: name, rule: 'is the name of a job that exists already' }]
}

function targetProblems({ engine }: ApiSources, { name: dialect, query, title }: Dialect, target: TargetDraft, index: number): Problem[] {
  const problem = (kind: string, value: unknown, rule: string): Problem[] => [{ field: `targets/${index}/${kind}`, value, rule }]
  if ('device' in target) return engine.devices.get(keyOf(dialect, target.device)) === undefined ? problem('device', target.device, `is no device of ${title} here`) : []
  if ('group' in target) return engine.groups.get(keyOf(dialect, target.group)) === undefined ? problem('group', target.group, `is no group of ${title} here`) : []
  try {
    targetFrom(dialect, target, query)
    return []
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    return problem('query', target.query, error.data.rule ?? error.message)
  }
}

async function ruleProblems({ perform }: ApiSources, { name, jobs, query }: Dialect, draft: JobDraft): Promise<Problem[]> {
  // Targets have been looked at already; here they only stand for themselves.
  const job = jobFrom({ ...draft, targets: draft.targets.filter((target) => !('query' in target) || isReadable(name, target, query)) }, query)
  const faults = [...faultsOf({ ...job, targets: job.targets.length === 0 ? [{ type: 'query', where: { op: 'all' }, text: '' }] : job.targets })]
  await perform(name, 'checkJob', (ctx) => jobs.prepare(ctx, job)).catch((error: unknown) => {
    if (!(error instanceof HubError)) throw error
    faults.push(error, ...(error.data.also ?? []))
  })
  return faults.map((error) => problemOf(error, draft))
}

function isReadable(dialect: string, target: TargetDraft, query: Dialect['query']): boolean {
  try {
    targetFrom(dialect, target, query)
    return true
  } catch {
    return false
  }
}

/** The engine and the clouds speak of `NewJob`; people look at their draft. */
function problemOf({ data, message }: HubError, draft: JobDraft): Problem {
  const field = draftField(data.field ?? '')
  const written = valueAt(draft, field)
  const told = data['value']
  // Of a list or a document the rule may be about how large it is, and the value is its size.
  const value = typeof written === 'object' && written !== null && typeof told === 'number' ? told : (written ?? told)
  return { field, value, rule: data.rule ?? message }
}

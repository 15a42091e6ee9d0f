import { HubError } from '../../core/errors.ts'
import { keyOf } from '../../core/ids.ts'
import { parseJson } from '../../core/json-text.ts'
import { faultsOf } from '../../core/job/validate.ts'
import { checkOption } from '../../core/option.ts'
import type { Dialect } from '../../dialect/dialect.ts'
import { kindIn, type JobKind } from '../../dialect/job-kinds.ts'
import type { Problem } from '../../shared/api.ts'
import type { JobDraft, TargetDraft } from '../../shared/job-draft.ts'
import { JsonText } from '../../shared/json-text.ts'
import { jobDraftSchema } from '../../shared/job-draft-schema.ts'
import { draftField, jobFrom, targetFrom, valueAt } from './drafts.ts'
import { fileOf, fileProblems } from './job-file.ts'
import { schemaProblems } from './schema-problems.ts'
import type { ApiSources } from './sources.ts'
import { asSaid, say, type Words } from '../../core/said.ts'
import { ruleIn } from './rule-in.ts'

/**
 * Everything a draft breaks: its own form, names, targets, the engine's rules, and its cloud's. What its cloud's
 * devices usually understand is told as a schema, and breaking that is no more than worth a warning: a cloud takes any
 * document.
 */
export async function checkJob(sources: ApiSources, draft: JobDraft): Promise<Problem[]> {
  const form = await schemaProblems(jobDraftSchema, draft)
  const dialect = sources.dialects.find(({ name }) => name === valueAt(draft, 'dialect'))
  if (dialect === undefined)
    return unlessSaid(form, [
      {
        field: 'dialect',
        value: valueAt(draft, 'dialect'),
        ...ruleIn(say`must be one of ${sources.dialects.map(({ name }) => name).join(', ')}`),
      },
    ])
  const sound = (field: string): boolean =>
    !form.some((problem) => problem.field === field || problem.field.startsWith(`${field}/`))
  const kind = kindIn(dialect.jobs.kinds, sound('kind') ? draft.kind : undefined)
  const document = sound('document') && kind ? await documentProblems(kind, draft.document) : []
  const chosen = [
    ...(kind === undefined ? [kindProblem(dialect, draft.kind)] : []),
    ...(kind !== undefined && sound('options') ? optionProblems(kind, draft.options) : []),
    ...(kind !== undefined && sound('file') ? await fileProblems(sources, kind, draft.file) : []),
  ]
  const readable = form.length === 0 && chosen.length === 0 && document.every(isAdvice)
  return unlessSaid(form, [
    ...(sound('name') ? nameProblems(sources, dialect, draft.name) : []),
    ...(sound('targets')
      ? draft.targets.flatMap((target, index) => targetProblems(sources, dialect, target, index))
      : []),
    ...chosen,
    ...document,
    ...(readable ? await ruleProblems(sources, dialect, draft) : []),
  ])
}

/** What is said of a field once needs not be said again, and who is refused needs no advice on the same. */
function unlessSaid(said: Problem[], more: Problem[]): Problem[] {
  const told = new Map<string, Problem>()
  for (const problem of [...said, ...more]) {
    const known = told.get(problem.field)
    if (known === undefined || (isAdvice(known) && !isAdvice(problem))) told.set(problem.field, problem)
  }
  const refuses = (field: string): boolean => told.has(field) && !isAdvice(told.get(field)!)
  return [...told.values()].filter((problem) => !isAdvice(problem) || !around(problem.field).some(refuses))
}

const isAdvice = ({ severity }: Problem): boolean => severity === 'warning'

/** `a/b/c` is inside `a/b` and `a`. */
const around = (field: string): string[] =>
  field.split('/').flatMap((_, index, path) => (index === 0 ? [] : [path.slice(0, index).join('/')]))

const kindProblem = ({ jobs }: Dialect, kind: unknown): Problem => ({
  field: 'kind',
  value: kind,
  ...ruleIn(say`must be one of ${jobs.kinds.map(({ id }) => id).join(', ')}`),
})

function optionProblems({ options = [] }: JobKind, given: JobDraft['options'] = {}): Problem[] {
  return Object.entries(given).flatMap(([name, value]) => {
    const field = `options/${name}`
    const option = options.find((other) => other.name === name)
    if (option === undefined) return [{ field, value, ...ruleIn('is not known here') }]
    try {
      checkOption(option, value, field)
      return []
    } catch (error) {
      if (!(error instanceof HubError)) throw error
      return [{ field, value, ...ruleIn(error.data.rule ?? error.words) }]
    }
  })
}

async function documentProblems({ documentSchema }: JobKind, { text }: JsonText): Promise<Problem[]> {
  let document: unknown
  try {
    document = parseJson(text)
  } catch (error) {
    return [
      { field: 'document', ...ruleIn(say`must be JSON: ${error instanceof Error ? error.message : String(error)}`) },
    ]
  }
  const problems = await schemaProblems(documentSchema, document, 'document')
  return problems.map((problem) => ({ ...problem, severity: 'warning' }))
}

function nameProblems({ engine }: ApiSources, { name: dialect, jobs }: Dialect, name: string): Problem[] {
  if (!new RegExp(jobs.names.pattern, 'u').test(name))
    return [{ field: 'name', value: name, ...ruleIn(jobs.names.rule) }]
  return engine.jobs.get(keyOf(dialect, name)) === undefined
    ? []
    : [{ field: 'name', value: name, ...ruleIn('is the name of a job that exists already') }]
}

function targetProblems(
  { engine }: ApiSources,
  { name: dialect, query, title }: Dialect,
  target: TargetDraft,
  index: number,
): Problem[] {
  const problem = (kind: string, value: unknown, rule: Words): Problem[] => [
    { field: `targets/${index}/${kind}`, value, ...ruleIn(rule) },
  ]
  if ('device' in target)
    return engine.devices.get(keyOf(dialect, target.device)) === undefined
      ? problem('device', target.device, say`is no device of ${asSaid(title)} here`)
      : []
  if ('group' in target)
    return engine.groups.get(keyOf(dialect, target.group)) === undefined
      ? problem('group', target.group, say`is no group of ${asSaid(title)} here`)
      : []
  try {
    targetFrom(dialect, target, query)
    return []
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    return problem('query', target.query, error.data.rule ?? error.words)
  }
}

async function ruleProblems(sources: ApiSources, dialect: Dialect, draft: JobDraft): Promise<Problem[]> {
  const { name, jobs, query } = dialect
  // Targets have been looked at already; here they only stand for themselves.
  const job = jobFrom(
    { ...draft, targets: draft.targets.filter((target) => !('query' in target) || isReadable(name, target, query)) },
    dialect,
  )
  const faults = [
    ...faultsOf({
      ...job,
      targets: job.targets.length === 0 ? [{ type: 'query', where: { op: 'all' }, text: '' }] : job.targets,
    }),
  ]
  const file = await fileOf(sources, draft.file)
  await sources
    .perform(name, 'checkJob', (ctx) => jobs.prepare(ctx, job, file))
    .catch((error: unknown) => {
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
function problemOf({ data, words }: HubError, draft: JobDraft): Problem {
  const field = draftField(data.field ?? '')
  const written = valueAt(draft, field)
  const told = data['value']
  // Of a list or a document the rule may be about how large it is, and the value is its size.
  const large = typeof written === 'object' && written !== null && typeof told === 'number'
  const value = large || written instanceof JsonText ? told : (written ?? told)
  return { field, value, ...ruleIn(data.rule ?? words) }
}

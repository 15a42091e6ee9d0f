import { keyOf, nameOf } from '../../core/ids.ts'
import type { Job, NewJob, RetryRule, Schedule, Target } from '../../core/job/model.ts'
import { chosenOptions } from '../../core/option.ts'
import type { JobFront, QueryLanguage } from '../../dialect/dialect.ts'
import { kindIn } from '../../dialect/job-kinds.ts'
import type { JobDraft, TargetDraft } from '../../shared/job-draft.ts'
import { JsonText } from '../../shared/json-text.ts'
import { invalid } from '../../core/errors.ts'

const MINUTE = 60_000

/** What a draft is read by. */
interface Cloud {
  query?: QueryLanguage
  jobs: Pick<JobFront, 'kinds'>
}

/** The job a draft describes. INVALID for a query that cannot be read; nothing else is looked at. */
export function jobFrom(draft: JobDraft, { query, jobs: { kinds } }: Cloud): NewJob {
  const {
    dialect,
    name,
    description,
    targets,
    selection = 'SNAPSHOT',
    document,
    file,
    options = {},
    rollout,
    abort,
    timeoutMinutes,
    retry,
    schedule,
  } = draft
  const kind = kindIn(kinds, draft.kind)
  const offered = kind?.options ?? []
  return {
    key: keyOf(dialect, name),
    targets: targets.map((target) => targetFrom(dialect, target, query)),
    selection,
    document: document.text,
    ...(kinds.length > 1 && kind !== undefined && { kind: kind.id }),
    ...(file !== undefined && { file }),
    ...(offered.length > 0 && { options: chosenOptions(offered, options, (name) => `options.${name}`) }),
    ...(description !== undefined && description !== '' && { description }),
    ...(rollout !== undefined && { rollout }),
    ...(abort !== undefined && abort.length > 0 && { abort }),
    ...(timeoutMinutes !== undefined && { timeout: { inProgressMs: timeoutMinutes * MINUTE } }),
    ...(retry !== undefined && retry.length > 0 && { retry: retry.map(retryFrom) }),
    ...(schedule !== undefined && Object.keys(schedule).length > 0 && { schedule: scheduleFrom(schedule) }),
  }
}

/** Names are those within the dialect. INVALID for a query that cannot be read. */
export function targetFrom(dialect: string, target: TargetDraft, query: QueryLanguage | undefined): Target {
  if ('device' in target) return { type: 'device', device: keyOf(dialect, target.device) }
  if ('group' in target) return { type: 'group', group: keyOf(dialect, target.group) }
  if (query === undefined) throw invalid('query', target.query, 'is a query, and this cloud has none')
  return { type: 'query', where: query.parse(target.query), text: target.query }
}

const retryFrom = ({ afterMinutes, ...rule }: NonNullable<JobDraft['retry']>[number]): RetryRule => ({
  ...rule,
  ...(afterMinutes !== undefined && { afterMs: afterMinutes * MINUTE }),
})

const retryDraft = ({ afterMs, ...rule }: RetryRule): NonNullable<JobDraft['retry']>[number] => ({
  ...rule,
  ...(afterMs !== undefined && { afterMinutes: afterMs / MINUTE }),
})

function scheduleFrom({ startAt, endAt, endBehavior, windows }: NonNullable<JobDraft['schedule']>): Schedule {
  return {
    ...(startAt !== undefined && { startAt: Date.parse(startAt) }),
    ...(endAt !== undefined && { endAt: Date.parse(endAt) }),
    ...(endBehavior !== undefined && { endBehavior }),
    ...(windows !== undefined &&
      windows.length > 0 && { windows: windows.map(({ cron, minutes }) => ({ cron, durationMs: minutes * MINUTE })) }),
  }
}

/** The draft that would make such a job again. */
export function draftOf({
  key,
  dialect,
  description,
  targets,
  selection,
  kind,
  document,
  file,
  options,
  rollout,
  abort,
  timeout,
  retry,
  schedule,
}: Job): JobDraft {
  return {
    dialect,
    name: nameOf(key),
    ...(description !== undefined && { description }),
    targets: targets.map(targetDraft),
    selection,
    ...(kind !== undefined && { kind }),
    document: new JsonText(document),
    ...(file !== undefined && { file }),
    ...(options !== undefined && { options }),
    ...(rollout !== undefined && Object.keys(rollout).length > 0 && { rollout }),
    ...(abort !== undefined && { abort }),
    ...(timeout !== undefined && { timeoutMinutes: timeout.inProgressMs / MINUTE }),
    ...(retry !== undefined && { retry: retry.map(retryDraft) }),
    ...(schedule !== undefined && { schedule: scheduleDraft(schedule) }),
  }
}

function targetDraft(target: Target): TargetDraft {
  if (target.type === 'device') return { device: nameOf(target.device) }
  return target.type === 'group' ? { group: nameOf(target.group) } : { query: target.text }
}

function scheduleDraft({ startAt, endAt, endBehavior, windows }: Schedule): NonNullable<JobDraft['schedule']> {
  return {
    ...(startAt !== undefined && { startAt: new Date(startAt).toISOString() }),
    ...(endAt !== undefined && { endAt: new Date(endAt).toISOString() }),
    ...(endBehavior !== undefined && { endBehavior }),
    ...(windows !== undefined && {
      windows: windows.map(({ cron, durationMs }) => ({ cron, minutes: durationMs / MINUTE })),
    }),
  }
}

/** What `NewJob` calls its parts and what a draft does: a pointer without its first slash. */
export function draftField(field: string): string {
  const path = field.replace(/\[(\d+)\]/g, '/$1').replaceAll('.', '/')
  if (path === 'key') return 'name'
  return path
    .replace(/^timeout\/inProgressMs$/, 'timeoutMinutes')
    .replace(/^(retry\/\d+\/)afterMs$/, '$1afterMinutes')
    .replace(/^(schedule\/windows\/\d+\/)durationMs$/, '$1minutes')
}

/** The value at such a pointer; `undefined` if there is none. */
export const valueAt = (draft: unknown, field: string): unknown =>
  field
    .split('/')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, key)
          ? (value as Record<string, unknown>)[key]
          : undefined,
      draft,
    )

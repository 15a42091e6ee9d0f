import { presentName } from '../../../src/shared/former-names.ts'
import type { JobDraft } from '../../../src/shared/job-draft.ts'
import { emptyForm, type JobForm } from './form.ts'
import { toLocal } from './times.ts'

/**
 * What the controls show for a draft. A file may hold anything: what has the wrong type is shown as text and then
 * judged like everything else that is typed.
 */
export function fromDraft(draft: Partial<JobDraft>): JobForm {
  const { rollout, schedule } = draft
  const targets = list(draft.targets)
  const named = (kind: string): string[] =>
    targets.flatMap((target) => (kind in target ? [text(target[kind as never])] : []))
  const [query = '', ...moreQueries] = named('query')
  return {
    dialect: presentName(text(draft.dialect)),
    name: text(draft.name),
    description: text(draft.description),
    devices: [...new Set(named('device'))],
    groups: [...new Set(named('group'))],
    query,
    moreQueries,
    selection: draft.selection ?? emptyForm.selection,
    kind: text(draft.kind),
    documentText: shownText(draft.document?.text),
    file: text(draft.file),
    options: typeof draft.options === 'object' && draft.options !== null ? draft.options : {},
    rollout: rolloutOf(rollout),
    abort: list(draft.abort).map(({ on, percent, minimum }) => ({
      on,
      percent: text(percent),
      minimum: text(minimum),
    })),
    timeoutMinutes: text(draft.timeoutMinutes),
    retry: list(draft.retry).map(({ times, ...rule }) => ({ ...rule, times: text(times) })),
    startAt: toLocal(text(schedule?.startAt)),
    endAt: toLocal(text(schedule?.endAt)),
    endBehavior: schedule?.endBehavior ?? emptyForm.endBehavior,
    windows: list(schedule?.windows).map(({ cron, minutes }) => ({ cron: text(cron), minutes: text(minutes) })),
  }
}

/** A template as people like to read it. */
export const templateText = (document: unknown): string => `${JSON.stringify(document, null, 2)}\n`

/** A document as it was written, and where one can go on writing. */
const shownText = (document: string | undefined): string =>
  document === undefined ? emptyForm.documentText : `${document}\n`

function rolloutOf(rollout: JobDraft['rollout']): JobForm['rollout'] {
  const { perMinute, exponential } = rollout ?? {}
  const mode = exponential !== undefined ? 'growing' : perMinute !== undefined ? 'constant' : 'once'
  return {
    ...emptyForm.rollout,
    mode,
    perMinute: text(perMinute),
    ...(exponential !== undefined && {
      base: text(exponential.base),
      factor: text(exponential.factor),
      of: exponential.every?.of ?? emptyForm.rollout.of,
      count: text(exponential.every?.count),
    }),
  }
}

const list = <T>(value: T[] | undefined): T[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : []

const text = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)

import * as l10n from '@vscode/l10n'
import type { DialectView, JobKindView, Problem } from '../../../src/shared/api.ts'
import type { JobDraft, TargetDraft } from '../../../src/shared/job-draft.ts'
import { JsonText } from '../../../src/shared/json-text.ts'
import type { DraftInWork } from '../../../src/shared/messages.ts'
import { FormChecks } from './checks.ts'
import { queriesOf, type JobForm } from './form.ts'
import { fromLocal } from './times.ts'
import { nextTimes } from './windows.ts'

/**
 * The draft that a form means, without what cannot be read, and all that can be seen to be wrong without asking the
 * hub.
 */
export function toDraft(form: JobForm, dialect: DialectView | undefined): { draft: DraftInWork; problems: Problem[] } {
  const checks = new FormChecks()
  checks.required('dialect', form.dialect)
  checkName(checks, form, dialect)
  const targets = targetsOf(form)
  if (targets.length === 0) checks.refuse('targets', [], l10n.t('must have at least one device, group or query'))
  const document = documentOf(checks, form)
  const kind = kindOf(dialect, form)
  const file = fileOf(checks, form, kind)
  const options = optionsOf(checks, form, kind)
  const rollout = rolloutOf(checks, form)
  const abort = abortOf(checks, form)
  const timeoutMinutes = checks.number('timeoutMinutes', form.timeoutMinutes, {
    above: 0,
    fraction: true,
    optional: true,
  })
  const retry = retryOf(checks, form)
  const schedule = scheduleOf(checks, form)
  const draft: DraftInWork = {
    dialect: form.dialect,
    name: form.name.trim(),
    ...(form.description.trim() !== '' && { description: form.description.trim() }),
    targets,
    ...(form.selection === 'CONTINUOUS' && { selection: form.selection }),
    ...(form.kind !== '' && { kind: form.kind }),
    ...document,
    ...(file !== '' && { file }),
    ...(Object.keys(options).length > 0 && { options }),
    ...(rollout !== undefined && { rollout }),
    ...(abort.length > 0 && { abort }),
    ...(timeoutMinutes !== undefined && { timeoutMinutes }),
    ...(retry.length > 0 && { retry }),
    ...(schedule !== undefined && { schedule }),
  }
  return { draft, problems: checks.problems }
}

/** In this order, which problems count them by. */
const targetsOf = (form: JobForm): TargetDraft[] => [
  ...form.devices.map((device) => ({ device })),
  ...form.groups.map((group) => ({ group })),
  ...queriesOf(form).map((query) => ({ query })),
]

function checkName(checks: FormChecks, { name }: JobForm, dialect: DialectView | undefined): void {
  const given = checks.required('name', name)
  if (given === undefined || dialect === undefined) return
  if (!new RegExp(`^(?:${dialect.jobName.pattern})$`).test(given)) checks.refuse('name', given, dialect.jobName.rule)
}

/** What surrounds it, such as the last line's end, is the page's. */
function documentOf(checks: FormChecks, { documentText }: JobForm): { document?: JsonText } {
  try {
    JSON.parse(documentText)
    return { document: new JsonText(documentText.trim()) }
  } catch {
    checks.refuse('document', undefined, documentText.trim() === '' ? l10n.t('is required') : l10n.t('is not JSON yet'))
    return {}
  }
}

/** The kind that the form is about; undefined: there is none of that name. */
export const kindOf = (dialect: DialectView | undefined, { kind }: Pick<JobForm, 'kind'>): JobKindView | undefined =>
  kind === '' ? dialect?.kinds[0] : dialect?.kinds.find(({ id }) => id === kind)

function fileOf(checks: FormChecks, { file }: JobForm, kind: JobKindView | undefined): string {
  if (kind?.file?.required === true) checks.required('file', file)
  return file.trim()
}

/** Numbers are typed; of what there is not in this kind the hub will say so. */
function optionsOf(checks: FormChecks, form: JobForm, kind: JobKindView | undefined): NonNullable<JobDraft['options']> {
  const chosen = Object.entries(form.options).flatMap(([name, value]) => {
    const option = kind?.options.find((other) => other.name === name)
    if (option?.type !== 'number' || typeof value !== 'string') return [[name, value] as const]
    const { least, most } = option
    const rule = { fraction: true, ...(least !== undefined && { least }), ...(most !== undefined && { most }) }
    const number = checks.number(`options/${name}`, value, rule)
    return number === undefined ? [] : [[name, number] as const]
  })
  return Object.fromEntries(chosen)
}

function rolloutOf(
  checks: FormChecks,
  { rollout: { mode, perMinute, base, factor, of, count } }: JobForm,
): JobDraft['rollout'] {
  if (mode === 'once') return undefined
  const rate = checks.number('rollout/perMinute', perMinute, { least: 1, optional: mode === 'growing' })
  if (mode === 'constant') return rate === undefined ? undefined : { perMinute: rate }
  const first = checks.number('rollout/exponential/base', base, { least: 1 })
  const growth = checks.number('rollout/exponential/factor', factor, { above: 1, fraction: true })
  const step = checks.number('rollout/exponential/every/count', count, { least: 1 })
  if (first === undefined || growth === undefined || step === undefined) return undefined
  return {
    ...(rate !== undefined && { perMinute: rate }),
    exponential: { base: first, factor: growth, every: { of, count: step } },
  }
}

const abortOf = (checks: FormChecks, { abort }: JobForm): NonNullable<JobDraft['abort']> =>
  abort.flatMap(({ on, percent, minimum }, index) => {
    const share = checks.number(`abort/${index}/percent`, percent, { above: 0, most: 100, fraction: true })
    const least = checks.number(`abort/${index}/minimum`, minimum, { least: 1 })
    return share === undefined || least === undefined ? [] : [{ on, percent: share, minimum: least }]
  })

const retryOf = (checks: FormChecks, { retry }: JobForm): NonNullable<JobDraft['retry']> =>
  retry.flatMap(({ times, ...rule }, index) => {
    const number = checks.number(`retry/${index}/times`, times, { least: 0 })
    return number === undefined ? [] : [{ ...rule, times: number }]
  })

function scheduleOf(checks: FormChecks, form: JobForm): JobDraft['schedule'] {
  const startAt = timeOf(checks, 'schedule/startAt', form.startAt)
  const endAt = timeOf(checks, 'schedule/endAt', form.endAt)
  if (startAt !== undefined && endAt !== undefined && endAt <= startAt)
    checks.refuse('schedule/endAt', form.endAt.replace('T', ' '), l10n.t('must be after the start'))
  const windows = form.windows.flatMap(({ cron, minutes }, index) => {
    const when = checks.required(`schedule/windows/${index}/cron`, cron)
    const readable = when !== undefined && nextTimes(when, 0, 1) !== undefined
    if (when !== undefined && !readable)
      checks.refuse(
        `schedule/windows/${index}/cron`,
        when,
        l10n.t('must be five cron fields: minute hour day month weekday'),
      )
    const length = checks.number(`schedule/windows/${index}/minutes`, minutes, { least: 1 })
    return readable && length !== undefined ? [{ cron: when, minutes: length }] : []
  })
  if (startAt === undefined && endAt === undefined && windows.length === 0) return undefined
  return {
    ...(startAt !== undefined && { startAt }),
    ...(endAt !== undefined && { endAt, endBehavior: form.endBehavior }),
    ...(windows.length > 0 && { windows }),
  }
}

function timeOf(checks: FormChecks, field: string, local: string): string | undefined {
  if (local === '') return undefined
  return fromLocal(local) ?? checks.refuse(field, local, l10n.t('must be a date and a time'))
}

import type { Instant } from '../../../core/clock.ts'
import type { Job, NewJob, Schedule } from '../../../core/job/model.ts'
import { nextWindows, windowAt } from '../../../core/job/windows.ts'
import type { Context } from '../../dialect.ts'
import { readAwsCron } from './cron.ts'
import type { MaintenanceWindow, SchedulingConfig } from './extra.ts'
import { PlanError } from './plan.ts'
import type { Fields } from '../wire/fields.ts'
import { say, wordsOf, type Words } from '../../../core/said.ts'

const MINUTE = 60_000
const HALF_AN_HOUR = 30 * MINUTE
const YEAR = 366 * 24 * 60 * MINUTE

/** A schedule as AWS writes it and as the engine keeps it, and what AWS would not have allowed about it. */
export interface ReadSchedule {
  config: SchedulingConfig
  schedule: Schedule
  tooSoon: Words[]
}

/**
 * Reads `schedulingConfig` [aws 3.9]. The 30-minute minima bind in strict mode only: they would make every local try
 * wait.
 */
export function readSchedule(ctx: Context, fields: Fields, selection: NewJob['selection']): ReadSchedule {
  const startAt = readTime(fields, 'startTime')
  const endAt = readTime(fields, 'endTime')
  const endBehavior = fields.oneOf('endBehavior', ['STOP_ROLLOUT', 'CANCEL', 'FORCE_CANCEL'])
  const windows = readWindows(fields)
  if (windows !== undefined && windows.length > 0) checkWindows(fields, selection, startAt)
  const from = startAt ?? ctx.now
  if (startAt !== undefined && startAt > ctx.now + YEAR)
    throw fields.refuse('startTime', 'must be at most one year from now')
  if (endAt !== undefined && endAt > ctx.now + 2 * YEAR)
    throw fields.refuse('endTime', 'must be at most two years from now')
  if (endAt !== undefined && endAt <= Math.max(from, ctx.now))
    throw fields.refuse('endTime', 'must be later than the start, and than now')
  const minima = [
    ...(startAt !== undefined && startAt < ctx.now + HALF_AN_HOUR ? ['startTime'] : []),
    ...(endAt !== undefined && endAt < from + HALF_AN_HOUR ? ['endTime'] : []),
  ]
  // DEVIATION: AWS enforces the 30 minutes always; open mode warns.
  const broken = minima.map((member) => ({
    member,
    rule:
      member === 'endTime'
        ? say`must be at least 30 minutes after the start`
        : say`must be at least 30 minutes after now`,
  }))
  if (ctx.settings.mode === 'strict' && broken[0] !== undefined) throw fields.refuse(broken[0].member, broken[0].rule)
  const schedule: Schedule = {
    ...(startAt !== undefined && { startAt }),
    ...(endAt !== undefined && { endAt }),
    ...(endBehavior !== undefined && { endBehavior }),
    ...(windows !== undefined && {
      windows: windows.map(({ cron, config }) => ({ cron, durationMs: config.durationInMinutes * MINUTE })),
    }),
  }
  if (!everOpens(schedule, Math.max(from, ctx.now)))
    throw fields.refuse('maintenanceWindows', 'must have a window that opens within the schedule')
  return {
    schedule,
    tooSoon: broken.map(({ member, rule }) => wordsOf(fields.refuse(member, say`${rule} on AWS`))),
    config: {
      ...(startAt !== undefined && { startTime: formatScheduleTime(startAt) }),
      ...(endAt !== undefined && { endTime: formatScheduleTime(endAt) }),
      ...(endBehavior !== undefined && { endBehavior }),
      ...(windows !== undefined && { maintenanceWindows: windows.map(({ config }) => config) }),
    },
  }
}

/** [aws 3.9] */
function checkWindows(fields: Fields, selection: NewJob['selection'], startAt: Instant | undefined): void {
  const field = fields.name('maintenanceWindows')
  if (selection === 'SNAPSHOT') {
    const message = 'TargetSelection is invalid. MaintenanceWindow cannot be used with SNAPSHOT job.'
    throw new PlanError(field, message, 'are for jobs that go on until they are canceled only')
  }
  if (startAt === undefined) {
    const message = 'MaintenanceWindow cannot be used without StartTime of SchedulingConfig.'
    throw new PlanError(field, message, 'need a start of the schedule')
  }
}

/** A job whose windows are all past, or on a 31 February, would be in progress for ever and reach nobody. */
function everOpens(schedule: Schedule, from: Instant): boolean {
  const { open, opensAt } = windowAt(schedule, from)
  return open || (opensAt !== undefined && opensAt < (schedule.endAt ?? Infinity))
}

/** Reads `maintenanceWindows` of a schedule or a template. */
export const readWindows = (fields: Fields): { cron: string; config: MaintenanceWindow }[] | undefined =>
  fields.each('maintenanceWindows', 0, 100)?.map((window) => {
    const startTime = window.required('startTime', window.text('startTime'))
    const duration = window.integer('durationInMinutes', -Infinity, Infinity)
    const durationInMinutes = window.required('durationInMinutes', duration)
    const read = readAwsCron(startTime)
    if ('broken' in read) throw window.refuse('startTime', read.broken)
    return { cron: read.cron, config: { startTime, durationInMinutes } }
  })

/** The next seven starts of maintenance windows, within the schedule [aws 3.9]; `undefined` without windows. */
export function scheduledRollouts(job: Job, now: Instant): { startTime: string }[] | undefined {
  const { windows, startAt = now, endAt = Infinity } = job.schedule ?? {}
  if (windows === undefined || windows.length === 0 || (job.status !== 'SCHEDULED' && job.status !== 'IN_PROGRESS'))
    return undefined
  return nextWindows(job.schedule, Math.max(now, startAt - 1), 7)
    .filter((at) => at < endAt)
    .map((at) => ({ startTime: formatScheduleTime(at) }))
}

/** `2026-01-31T18:30` in UTC. */
export const formatScheduleTime = (at: Instant): string => new Date(at).toISOString().slice(0, 16)

function readTime(fields: Fields, member: string): Instant | undefined {
  const text = fields.text(member)
  if (text === undefined) return undefined
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) ? Date.parse(`${text}:00Z`) : NaN
  if (!Number.isNaN(at) && formatScheduleTime(at) === text) return at
  const name = fields.name(member)
  throw new PlanError(
    name,
    say`1 validation error detected: Provided time ${text} UTC must follow the format YYYY-MM-DDThh:mm.`,
  )
}

import fc from 'fast-check'
import type { AbortRule, EndBehavior, ReportedStatus, RetryRule, Rollout } from '../../../src/core/job/model.ts'

const JOBS = ['x/j0', 'x/j1', 'x/j2'] as const
export const DEVICES = ['d0', 'd1', 'd2', 'd3'] as const
/** The second is a child of the first. */
export const GROUPS = ['g', 'h'] as const
/** Besides the one without a name. */
export const LANES = ['left', 'right'] as const
const ROOMS = ['kitchen', 'hall'] as const

/** The parts of a job as they are drawn; times are from now on, in milliseconds. */
export interface JobShape {
  selection: 'SNAPSHOT' | 'CONTINUOUS'
  targets: string[]
  rollout?: Rollout | undefined
  abort?: AbortRule[] | undefined
  inProgressMs?: number | undefined
  retry?: RetryRule[] | undefined
  startIn?: number | undefined
  endIn?: number | undefined
  endBehavior?: EndBehavior | undefined
  /** Maintenance windows of a minute in every three, each job's at another time. */
  windows?: boolean | undefined
  lane?: string | undefined
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined })
const job = fc.constantFrom(...JOBS)
const device = fc.constantFrom(...DEVICES)
const group = fc.constantFrom(...GROUPS)
const force = fc.boolean()
/** Which of the jobs, or of the latest executions, that there are; it goes around. */
const nth = fc.nat(11)
/** Of the version: not given, the right one, or that many off. */
const version = fc.constantFrom(undefined, undefined, undefined, 0, 0, -1, 1)
const stepTimeoutMs = fc.constantFrom(undefined, undefined, 15_000, 45_000, null)
const status = fc.constantFrom<ReportedStatus[]>(
  'IN_PROGRESS',
  'IN_PROGRESS',
  'SUCCEEDED',
  'FAILED',
  'FAILED',
  'REJECTED',
)
const ms = fc.constantFrom(1, 15_000, 30_000, 59_500, 60_000, 200_000)
const target = fc.constantFrom<string[]>(...DEVICES, ...GROUPS, ...GROUPS, ...GROUPS, ...ROOMS)

const rollout: fc.Arbitrary<Rollout> = fc.oneof(
  fc.record({ perMinute: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    perMinute: fc.integer({ min: 2, max: 3 }),
    exponential: fc.record({
      base: fc.constantFrom(1, 2),
      factor: fc.constantFrom(1.5, 2),
      every: fc.record({ of: fc.constantFrom('NOTIFIED', 'SUCCEEDED'), count: fc.constantFrom(1, 2) }),
    }),
  }),
)
const abort = fc.array(
  fc.record({
    on: fc.constantFrom('FAILED', 'REJECTED', 'TIMED_OUT', 'ANY'),
    percent: fc.constantFrom(30, 60, 100),
    minimum: fc.constantFrom(2, 3),
  }),
  { minLength: 1, maxLength: 2 },
)
const retry = fc.array(
  fc
    .tuple(
      fc.constantFrom<RetryRule['on'][]>('FAILED', 'TIMED_OUT', 'ANY'),
      fc.constantFrom(0, 1, 2),
      fc.constantFrom(undefined, 20_000, 70_000),
    )
    .map(([on, times, afterMs]): RetryRule => ({ on, times, ...(afterMs !== undefined && { afterMs }) })),
  { minLength: 1, maxLength: 2 },
)
const plan = {
  rollout: maybe(rollout),
  abort: maybe(abort),
  inProgressMs: maybe(fc.constantFrom(30_000, 90_000)),
  retry: maybe(retry),
}

const shape: fc.Arbitrary<JobShape> = fc.record({
  selection: fc.constantFrom('SNAPSHOT', 'CONTINUOUS'),
  targets: fc.uniqueArray(target, { minLength: 2, maxLength: 4 }),
  ...plan,
  startIn: fc.constantFrom(undefined, undefined, undefined, 30_000),
  endIn: fc.constantFrom(undefined, undefined, 45_000, 150_000),
  endBehavior: fc.constantFrom('STOP_ROLLOUT', 'CANCEL', 'FORCE_CANCEL', 'TIME_OUT', undefined),
  windows: fc.constantFrom(undefined, undefined, undefined, true),
  lane: fc.constantFrom(undefined, undefined, undefined, ...LANES),
})

const step = <T extends string, R>(
  type: T,
  model: { [K in keyof R]: fc.Arbitrary<R[K]> },
): fc.Arbitrary<{ type: T } & R> => fc.record(model).map((rest) => ({ type, ...rest }))

const create = step('create', { job, shape })

/** One thing that happens. */
const anyStep = fc.oneof(
  { weight: 6, arbitrary: create },
  { weight: 14, arbitrary: step('report', { nth, status, version, number: version, stepTimeoutMs }) },
  { weight: 2, arbitrary: step('reportAll', { nth, status }) },
  { weight: 4, arbitrary: step('start', { device, stepTimeoutMs }) },
  { weight: 1, arbitrary: step('send', { nth }) },
  { weight: 3, arbitrary: step('cancelExecution', { nth, force, version, details: fc.boolean() }) },
  { weight: 3, arbitrary: step('deleteExecution', { nth, force, back: fc.constantFrom(0, 0, 1) }) },
  { weight: 1, arbitrary: step('cancelJob', { nth, force }) },
  { weight: 1, arbitrary: step('deleteJob', { nth, force }) },
  { weight: 2, arbitrary: step('rerun', { nth }) },
  { weight: 2, arbitrary: step('update', { nth, ...plan }) },
  { weight: 2, arbitrary: step('associate', { nth, target }) },
  { weight: 3, arbitrary: step('join', { device, group }) },
  { weight: 3, arbitrary: step('leave', { device, group }) },
  { weight: 2, arbitrary: step('move', { device, room: fc.constantFrom(...ROOMS) }) },
  { weight: 1, arbitrary: step('connect', { device }) },
  { weight: 2, arbitrary: step('createDevice', { device }) },
  { weight: 1, arbitrary: step('deleteDevice', { device }) },
  { weight: 2, arbitrary: step('createGroup', { group }) },
  { weight: 1, arbitrary: step('deleteGroup', { group }) },
  { weight: 6, arbitrary: step('wait', { ms }) },
  { weight: 3, arbitrary: step('tick', {}) },
  { weight: 3, arbitrary: step('restart', {}) },
  { weight: 1, arbitrary: step('down', { ms: fc.constantFrom(20_000, 100_000) }) },
)

export type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never

/** What comes between the slices of large jobs. */
const largeStep = fc.oneof(
  { weight: 6, arbitrary: anyStep },
  {
    weight: 5,
    arbitrary: step('reportAll', {
      nth,
      status: fc.constantFrom('FAILED', 'FAILED', 'FAILED', 'IN_PROGRESS', 'SUCCEEDED'),
    }),
  },
  { weight: 6, arbitrary: step('rerun', { nth }) },
  { weight: 1, arbitrary: step('cancelJob', { nth, force }) },
  { weight: 1, arbitrary: step('deleteJob', { nth, force }) },
  { weight: 2, arbitrary: step('tick', {}) },
  { weight: 1, arbitrary: step('restart', {}) },
)

const begun = (maxLength: number, next: fc.Arbitrary<Step>): fc.Arbitrary<Step[]> =>
  fc
    .tuple(fc.array(create, { minLength: 1, maxLength: 2 }), fc.noBias(fc.array(next, { maxLength, size: 'max' })))
    .map(([jobs, steps]) => [...jobs, ...steps])

/** So many at most, with jobs to begin with. */
export const anySteps = (maxLength: number): fc.Arbitrary<Step[]> => begun(maxLength, anyStep)

/** Every job is for the second group with all who are in it, as fast as can be, whatever fails. */
export const largeSteps = (maxLength: number): fc.Arbitrary<Step[]> =>
  begun(maxLength, largeStep).map((steps) => steps.map(large))

function large(step: Step): Step {
  if (step.type === 'update') return { ...step, rollout: undefined, abort: undefined }
  if (step.type !== 'create') return step
  const { rollout: _, startIn: __, windows: ___, abort: ____, ...shape } = step.shape
  return { ...step, shape: { ...shape, targets: [...new Set([GROUPS[1], ...shape.targets])] } }
}

/** A step that is one turn. */
export type Act = Exclude<Step, { type: 'wait' | 'restart' | 'down' }>

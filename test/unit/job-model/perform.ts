import type { Engine } from '../../../src/core/engine.ts'
import type { JobConfig, NewJob, Target } from '../../../src/core/job/model.ts'
import { mayReport } from '../../../src/core/job/states.ts'
import type { Turn } from '../../../src/core/turn.ts'
import { MINUTE } from '../../builders/engine-fixture.ts'
import type { Facts } from './facts.ts'
import { DEVICES, GROUPS, type Act, type JobShape } from './steps.ts'

const keyOf = (name: string): string => `x/${name}`

/** A name drawn for a target: of a device, of a group, or of the room that devices are in. */
function targetOf(name: string): Target {
  if ((DEVICES as readonly string[]).includes(name)) return { type: 'device', device: keyOf(name) }
  if ((GROUPS as readonly string[]).includes(name)) return { type: 'group', group: keyOf(name) }
  return { type: 'query', where: { op: '=', path: 'tags.room', value: name }, text: name }
}

const planOf = ({
  rollout,
  abort,
  inProgressMs,
  retry,
}: Pick<JobShape, 'rollout' | 'abort' | 'inProgressMs' | 'retry'>): JobConfig => ({
  ...(rollout && { rollout }),
  ...(abort && { abort }),
  ...(inProgressMs !== undefined && { timeout: { inProgressMs } }),
  ...(retry && { retry }),
})

function newJob(key: string, shape: JobShape, now: number): NewJob {
  const { selection, targets, startIn, endIn, endBehavior, windows, lane } = shape
  return {
    key,
    selection,
    targets: targets.map(targetOf),
    document: '{}',
    ...planOf(shape),
    ...(lane !== undefined && { lane }),
    schedule: {
      ...(startIn !== undefined && { startAt: now + startIn }),
      ...(endIn !== undefined && { endAt: now + endIn }),
      ...(endBehavior && { endBehavior }),
      ...(windows && { windows: [{ cron: `${key.at(-1)}-59/3 * * * *`, durationMs: MINUTE }] }),
    },
  }
}

/** The job, device and group that a step is about, by what there is. */
export function aim(facts: Facts, step: Act): { job: string; device: string; group: string } {
  const named = { job: '', device: '', group: '', ...('job' in step && { job: step.job }) }
  if ('device' in step) named.device = keyOf(step.device)
  if ('group' in step) named.group = keyOf(step.group)
  if (!('nth' in step)) return named
  const jobs = [...facts.jobs.values()]
  if (!OF_EXECUTIONS.includes(step.type)) return { ...named, job: jobs[step.nth % jobs.length]?.key ?? keyOf('none') }
  const latest = facts.latest()
  const { job, device } = latest[step.nth % latest.length] ?? { job: keyOf('none'), device: keyOf('none') }
  return { ...named, job, device }
}

const OF_EXECUTIONS: readonly string[] = [
  'report',
  'send',
  'cancelExecution',
  'deleteExecution',
] satisfies Act['type'][]

const shifted = (right: number | undefined, by: number | undefined): number | undefined =>
  by === undefined ? undefined : (right ?? 1) + by

/** Does it; refusals are thrown. */
export function perform(turn: Turn, engine: Engine, facts: Facts, step: Act): void {
  const { devices, groups, jobs, executions } = engine
  const { job, device, group } = aim(facts, step)
  const latest = executions.get(job, device)
  switch (step.type) {
    case 'create':
      return void jobs.create(turn, newJob(job, step.shape, turn.now))
    case 'report': {
      const expectedVersion = shifted(latest?.version, step.version)
      const number = shifted(latest?.number, step.number)
      const { status, stepTimeoutMs } = step
      const rest = {
        ...(expectedVersion !== undefined && { expectedVersion }),
        ...(number !== undefined && { number }),
      }
      return void executions.report(turn, job, device, {
        status,
        ...rest,
        ...(stepTimeoutMs !== undefined && { stepTimeoutMs }),
      })
    }
    case 'reportAll':
      // What an abort has cancelled meanwhile is no device's business any more.
      for (const [each, { status }] of [...executions.ofJob(job)]) {
        if (mayReport(status, step.status) && executions.require(job, each).status === status)
          executions.report(turn, job, each, { status: step.status })
      }
      return
    case 'tick':
      return engine.tick(turn)
    case 'start':
      return void executions.start(
        turn,
        device,
        step.stepTimeoutMs === undefined ? {} : { stepTimeoutMs: step.stepTimeoutMs },
      )
    case 'send':
      return void executions.send(turn, job, device)
    case 'cancelExecution': {
      const expectedVersion = shifted(latest?.version, step.version)
      const rest = {
        ...(expectedVersion !== undefined && { expectedVersion }),
        ...(step.details && { details: { why: 'asked' } }),
      }
      return void executions.cancel(turn, job, device, { force: step.force, ...rest })
    }
    case 'deleteExecution':
      return executions.delete(turn, job, device, (latest?.number ?? 1) - step.back, { force: step.force })
    case 'cancelJob':
      return void jobs.cancel(turn, job, { force: step.force, reasonCode: 'ASKED' })
    case 'deleteJob':
      return jobs.delete(turn, job, { force: step.force })
    case 'rerun':
      return void jobs.rerun(turn, job)
    case 'update':
      return void jobs.update(turn, job, planOf(step))
    case 'associate':
      return void jobs.associate(turn, job, [targetOf(step.target)])
    case 'join':
      return devices.join(turn, device, group)
    case 'leave':
      return devices.leave(turn, device, group)
    case 'move':
      return void devices.update(turn, device, { tags: { room: step.room } })
    case 'connect':
      return void engine.connections.connected(turn, device)
    case 'createDevice':
      return void devices.create(turn, { dialect: 'x', name: step.device })
    case 'deleteDevice':
      return void devices.delete(turn, device)
    case 'createGroup':
      return void groups.create(turn, {
        dialect: 'x',
        name: step.group,
        ...(step.group === GROUPS[1] && { parent: keyOf(GROUPS[0]) }),
      })
    case 'deleteGroup':
      return void engine.dissolutions.start(turn, group, 'test')
  }
}

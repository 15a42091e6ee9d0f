import type { Engine } from '../../../src/core/engine.ts'
import type { JobPlan, NewJob, Target } from '../../../src/core/job/model.ts'
import type { Turn } from '../../../src/core/turn.ts'
import { MINUTE } from '../../builders/hall.ts'
import { DEVICES, GROUPS, type JobShape, type Step } from './steps.ts'

/** A step that is one turn. */
export type Deed = Exclude<Step, { type: 'wait' | 'restart' }>

const keyOf = (name: string): string => `x/${name}`

/** A name drawn for a target: of a device, of a group, or of the room that devices are in. */
function targetOf(name: string): Target {
  if ((DEVICES as readonly string[]).includes(name)) return { type: 'device', device: keyOf(name) }
  if ((GROUPS as readonly string[]).includes(name)) return { type: 'group', group: keyOf(name) }
  return { type: 'query', where: { op: '=', path: 'tags.room', value: name }, text: name }
}

const planOf = ({ rollout, abort, inProgressMs, retry }: Pick<JobShape, 'rollout' | 'abort' | 'inProgressMs' | 'retry'>): JobPlan => ({
  ...(rollout && { rollout }),
  ...(abort && { abort }),
  ...(inProgressMs !== undefined && { timeout: { inProgressMs } }),
  ...(retry && { retry }),
})

function newJob(key: string, shape: JobShape, now: number): NewJob {
  const { selection, targets, startIn, endIn, endBehavior, windowEvery } = shape
  return {
    key,
    selection,
    targets: targets.map(targetOf),
    document: '{}',
    ...planOf(shape),
    schedule: {
      ...(startIn !== undefined && { startAt: now + startIn }),
      ...(endIn !== undefined && { endAt: now + endIn }),
      ...(endBehavior && { endBehavior }),
      ...(windowEvery !== undefined && { windows: [{ cron: `*/${windowEvery} * * * *`, durationMs: MINUTE }] }),
    },
  }
}

const shifted = (right: number | undefined, by: number | undefined): number | undefined => (by === undefined ? undefined : (right ?? 1) + by)

/** Does it; refusals are thrown. */
export function perform(turn: Turn, engine: Engine, step: Deed): void {
  const { devices, groups, jobs, executions } = engine
  const device = 'device' in step ? keyOf(step.device) : ''
  const group = 'group' in step ? keyOf(step.group) : ''
  const latest = 'job' in step && 'device' in step ? executions.get(step.job, device) : undefined
  switch (step.type) {
    case 'create':
      return void jobs.create(turn, newJob(step.job, step.shape, turn.now))
    case 'report': {
      const expectedVersion = shifted(latest?.version, step.version)
      const number = shifted(latest?.number, step.number)
      const { status, stepTimeoutMs } = step
      const rest = { ...(expectedVersion !== undefined && { expectedVersion }), ...(number !== undefined && { number }) }
      return void executions.report(turn, step.job, device, { status, ...rest, ...(stepTimeoutMs !== undefined && { stepTimeoutMs }) })
    }
    case 'start':
      return void executions.start(turn, device, step.stepTimeoutMs === undefined ? {} : { stepTimeoutMs: step.stepTimeoutMs })
    case 'send':
      return void executions.send(turn, step.job, device)
    case 'cancelExecution': {
      const expectedVersion = shifted(latest?.version, step.version)
      const rest = { ...(expectedVersion !== undefined && { expectedVersion }), ...(step.details && { details: { why: 'asked' } }) }
      return void executions.cancel(turn, step.job, device, { force: step.force, ...rest })
    }
    case 'deleteExecution':
      return executions.delete(turn, step.job, device, (latest?.number ?? 1) - step.back, { force: step.force })
    case 'cancelJob':
      return void jobs.cancel(turn, step.job, { force: step.force, reasonCode: 'ASKED' })
    case 'deleteJob':
      return jobs.delete(turn, step.job, { force: step.force })
    case 'rerun':
      return void jobs.rerun(turn, step.job)
    case 'update':
      return void jobs.update(turn, step.job, planOf(step))
    case 'associate':
      return void jobs.associate(turn, step.job, [targetOf(step.target)])
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
      return void groups.create(turn, { dialect: 'x', name: step.group, ...(step.group === GROUPS[1] && { parent: keyOf(GROUPS[0]) }) })
    case 'deleteGroup':
      return void engine.dissolutions.start(turn, group, 'test')
  }
}

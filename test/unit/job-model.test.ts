import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SLICE } from '../../src/core/job/sweep.ts'
import { ModelHall } from './job-model/model-hall.ts'
import { anySteps, largeSteps, DEVICES, GROUPS, LANES, type Step } from './job-model/steps.ts'

// For a search of its own: RUNS=20000 STEPS=120 node --import tsx --test test/unit/job-model.test.ts
const RUNS = Number(process.env['RUNS'] ?? 100)
const STEPS = Number(process.env['STEPS'] ?? 40)

/** With all the devices, the first two in groups and the last two in rooms, and with a crowd in the second of the groups. */
function furnished(hall: ModelHall, crowd = 0): ModelHall {
  for (const device of DEVICES) hall.act({ type: 'createDevice', device })
  for (const group of GROUPS) hall.act({ type: 'createGroup', group })
  hall.act({ type: 'join', device: 'd0', group: 'g' })
  hall.act({ type: 'join', device: 'd1', group: 'h' })
  hall.act({ type: 'move', device: 'd2', room: 'hall' })
  hall.act({ type: 'move', device: 'd3', room: 'kitchen' })
  hall.turn((turn, engine) => {
    for (let each = 0; each < crowd; each += 1) engine.devices.join(turn, engine.devices.create(turn, { dialect: 'x', name: `c${each}` }).key, 'x/h')
  })
  return hall
}

/** Does the step in a hall that is never restarted without need and in one that is: they must not be told apart. */
function both(steady: ModelHall, stopping: ModelHall, step: Step): void {
  for (const hall of [steady, stopping]) {
    // What two jobs do in the very same instant has no order that outlives a restart.
    hall.advance(1)
    if (step.type === 'wait') hall.advance(step.ms)
    else if (step.type === 'down') hall.down(step.ms)
    else if (step.type !== 'restart') hall.act(step)
    else if (hall === stopping) hall.restart()
    hall.checkRest()
  }
  assert.deepEqual(stateOf(stopping), stateOf(steady), 'a restart makes no difference')
}

/**
 * Everything there is, but for the numbers that creation order is kept by, of which only the order itself counts, and
 * for who has left first. Who left a job that in the same turn came to its end is told by that, and nothing follows.
 */
const stateOf = (hall: ModelHall): unknown => ({
  records: recordsOf(hall),
  queues: [undefined, ...LANES].map((lane) =>
    DEVICES.map((device) => hall.engine.executions.pending(`x/${device}`, lane).map(({ job, number }) => [job, number])),
  ),
  next: hall.engine.nextDeadline(),
})

function recordsOf(hall: ModelHall): unknown {
  const { leavers = [], ...records } = hall.journal.read()
  const underWay = leavers.map(([key]) => key).filter((key) => hall.jobStatus(key.split(' ')[0]) === 'IN_PROGRESS')
  const withoutOrder = (key: string, value: unknown): unknown => (key === 'order' ? undefined : value)
  return JSON.parse(JSON.stringify({ ...records, leavers: underWay.sort() }), withoutOrder)
}

test('whatever people, devices and time do to jobs, the records stay true to the contract, and a restart makes no difference', () => {
  fc.assert(
    fc.property(anySteps(STEPS), (steps) => {
      const steady = furnished(new ModelHall())
      const stopping = furnished(new ModelHall())
      for (const step of steps) both(steady, stopping, step)
    }),
    { numRuns: RUNS, includeErrorInReport: true },
  )
})

test('whatever becomes of jobs that are rolled out, cancelled, run again and deleted a slice at a time, nothing is lost in between', () => {
  fc.assert(
    fc.property(largeSteps(STEPS), (steps) => {
      const hall = furnished(new ModelHall(), SLICE + 30)
      for (const step of steps) {
        if (step.type === 'wait') hall.advance(step.ms)
        else if (step.type === 'down') hall.down(step.ms)
        else if (step.type === 'restart') hall.restart()
        else hall.act(step)
      }
      hall.checkRest()
    }),
    { numRuns: Math.ceil(RUNS / 3), includeErrorInReport: true },
  )
})

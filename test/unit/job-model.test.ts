import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SLICE } from '../../src/core/job/sweep.ts'
import { ModelFixture } from './job-model/model-fixture.ts'
import { anySteps, largeSteps, DEVICES, GROUPS, LANES, type Step } from './job-model/steps.ts'

// For a search of its own: RUNS=20000 STEPS=120 node --import tsx --test test/unit/job-model.test.ts
const RUNS = Number(process.env['RUNS'] ?? 100)
const STEPS = Number(process.env['STEPS'] ?? 40)

/**
 * With all the devices, the first two in groups and the last two in rooms, and with a crowd in the second of the
 * groups.
 */
function furnished(fixture: ModelFixture, crowd = 0): ModelFixture {
  for (const device of DEVICES) fixture.act({ type: 'createDevice', device })
  for (const group of GROUPS) fixture.act({ type: 'createGroup', group })
  fixture.act({ type: 'join', device: 'd0', group: 'g' })
  fixture.act({ type: 'join', device: 'd1', group: 'h' })
  fixture.act({ type: 'move', device: 'd2', room: 'hall' })
  fixture.act({ type: 'move', device: 'd3', room: 'kitchen' })
  fixture.turn((turn, engine) => {
    for (let each = 0; each < crowd; each += 1)
      engine.devices.join(turn, engine.devices.create(turn, { dialect: 'x', name: `c${each}` }).key, 'x/h')
  })
  return fixture
}

/** Does the step in a fixture that is never restarted without need and in one that is: they must not be told apart. */
function both(steady: ModelFixture, stopping: ModelFixture, step: Step): void {
  for (const fixture of [steady, stopping]) {
    // What two jobs do in the very same instant has no order that outlives a restart.
    fixture.advance(1)
    if (step.type === 'wait') fixture.advance(step.ms)
    else if (step.type === 'down') fixture.down(step.ms)
    else if (step.type !== 'restart') fixture.act(step)
    else if (fixture === stopping) fixture.restart()
    fixture.checkRest()
  }
  assert.deepEqual(stateOf(stopping), stateOf(steady), 'a restart makes no difference')
}

/**
 * Everything there is, but for the numbers that creation order is kept by, of which only the order itself counts, and
 * for who has left first. Who left a job that in the same turn came to its end is told by that, and nothing follows.
 */
const stateOf = (fixture: ModelFixture): unknown => ({
  records: recordsOf(fixture),
  queues: [undefined, ...LANES].map((lane) =>
    DEVICES.map((device) =>
      fixture.engine.executions.pending(`x/${device}`, lane).map(({ job, number }) => [job, number]),
    ),
  ),
  next: fixture.engine.nextDeadline(),
})

function recordsOf(fixture: ModelFixture): unknown {
  const { leavers = [], ...records } = fixture.journal.read()
  const underWay = leavers.map(([key]) => key).filter((key) => fixture.jobStatus(key.split(' ')[0]) === 'IN_PROGRESS')
  const withoutOrder = (key: string, value: unknown): unknown => (key === 'order' ? undefined : value)
  return JSON.parse(JSON.stringify({ ...records, leavers: underWay.sort() }), withoutOrder)
}

test('whatever people, devices and time do to jobs, the records stay true to the contract, and a restart makes no difference', () => {
  fc.assert(
    fc.property(anySteps(STEPS), (steps) => {
      const steady = furnished(new ModelFixture())
      const stopping = furnished(new ModelFixture())
      for (const step of steps) both(steady, stopping, step)
    }),
    { numRuns: RUNS, includeErrorInReport: true },
  )
})

test('whatever becomes of jobs that are rolled out, cancelled, run again and deleted a slice at a time, nothing is lost in between', () => {
  fc.assert(
    fc.property(largeSteps(STEPS), (steps) => {
      const fixture = furnished(new ModelFixture(), SLICE + 30)
      for (const step of steps) {
        if (step.type === 'wait') fixture.advance(step.ms)
        else if (step.type === 'down') fixture.down(step.ms)
        else if (step.type === 'restart') fixture.restart()
        else fixture.act(step)
      }
      fixture.checkRest()
    }),
    { numRuns: Math.ceil(RUNS / 3), includeErrorInReport: true },
  )
})

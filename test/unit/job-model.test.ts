import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ModelHall } from './job-model/model-hall.ts'
import { anyStep, DEVICES, GROUPS, type Step } from './job-model/steps.ts'

// For a search of its own: RUNS=20000 STEPS=120 node --import tsx --test test/unit/job-model.test.ts
const RUNS = Number(process.env['RUNS'] ?? 150)
const STEPS = Number(process.env['STEPS'] ?? 40)

const furnished = (hall: ModelHall): ModelHall => {
  for (const device of DEVICES.slice(0, 3)) hall.act({ type: 'createDevice', device })
  for (const group of GROUPS) hall.act({ type: 'createGroup', group })
  hall.act({ type: 'join', device: 'd0', group: 'g' })
  hall.act({ type: 'join', device: 'd1', group: 'h' })
  return hall
}

/** Does the step in a hall that never stops and in one that does: they must not be told apart. */
function both(steady: ModelHall, stopping: ModelHall, step: Step): void {
  for (const hall of [steady, stopping]) {
    if (step.type === 'wait') hall.advance(step.ms)
    else if (step.type !== 'restart') hall.act(step)
    else if (hall === stopping) hall.down(step.downMs)
    else {
      hall.clock.advance(step.downMs)
      hall.catchUp()
    }
    hall.checkRest()
  }
  assert.deepEqual(stateOf(stopping), stateOf(steady), 'a restart makes no difference')
}

/** Everything there is, but for the numbers that creation order is kept by: of those only the order itself counts. */
const stateOf = (hall: ModelHall): unknown => ({
  records: JSON.parse(JSON.stringify(hall.journal.read()), (key, value: unknown) => (key === 'order' ? undefined : value)) as unknown,
  queues: DEVICES.map((device) => hall.engine.executions.pending(`x/${device}`).map(({ job, number }) => [job, number])),
  next: hall.engine.nextDeadline(),
})

test('whatever people, devices and time do to jobs, the records stay true to the contract, and a restart makes no difference', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 1, maxLength: STEPS, size: 'max' }), (steps) => {
      const steady = furnished(new ModelHall())
      const stopping = furnished(new ModelHall())
      for (const step of steps) both(steady, stopping, step)
    }),
    { numRuns: RUNS, includeErrorInReport: true },
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import type { ExecutionStatus, ReportedStatus } from '../../src/core/job/model.ts'
import { executionStates, isPending, mayReport, moved, type HubMove } from '../../src/core/job/states.ts'
import { EngineFixture } from '../builders/engine-fixture.ts'

const reported: ReportedStatus[] = ['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED']
const moves: HubMove[] = ['SEND', 'CANCEL', 'FORCE_CANCEL', 'TIME_OUT', 'REMOVE']

/** State: what a device may report there, and where the hub's moves lead. */
const table: Record<ExecutionStatus, [ReportedStatus[], Partial<Record<HubMove, ExecutionStatus>>]> = {
  QUEUED: [
    reported,
    { SEND: 'SENT', CANCEL: 'CANCELED', FORCE_CANCEL: 'CANCELED', TIME_OUT: 'TIMED_OUT', REMOVE: 'REMOVED' },
  ],
  SENT: [reported, { CANCEL: 'CANCELED', FORCE_CANCEL: 'CANCELED', TIME_OUT: 'TIMED_OUT', REMOVE: 'REMOVED' }],
  IN_PROGRESS: [reported, { FORCE_CANCEL: 'CANCELED', TIME_OUT: 'TIMED_OUT', REMOVE: 'REMOVED' }],
  SUCCEEDED: [[], {}],
  FAILED: [[], {}],
  REJECTED: [[], {}],
  TIMED_OUT: [[], {}],
  CANCELED: [[], {}],
  REMOVED: [[], {}],
}

for (const state of executionStates) {
  test(`${state} allows exactly the reports and moves of the table`, () => {
    const [reports, hubMoves] = table[state]
    assert.deepEqual(
      reported.filter((to) => mayReport(state, to)),
      reports,
    )
    assert.deepEqual(
      moves.map((move) => moved(state, move)),
      moves.map((move) => hubMoves[move]),
    )
    assert.equal(isPending(state), reports.length > 0)
  })
}

test('a refused report carries the execution and changes nothing', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1)
  fixture.job([device!])
  const done = fixture.report(device!, 'SUCCEEDED')
  fixture.told()
  assert.throws(
    () => fixture.report(device!, 'FAILED'),
    (error) => error instanceof HubError && error.code === 'INVALID_TRANSITION' && error.data['execution'] === done,
  )
  assert.equal(fixture.engine.executions.get('x/job', device!), done)
  assert.deepEqual(fixture.told(), [])
})

test('existence is checked before the version, and the version before the state', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1)
  fixture.job([device!])
  const codeOf = (act: () => unknown): string => {
    try {
      act()
    } catch (error) {
      return (error as HubError).code
    }
    return 'accepted'
  }
  assert.equal(
    codeOf(() => fixture.report('x/nobody', 'FAILED', { expectedVersion: 9 })),
    'NOT_FOUND',
  )
  assert.equal(
    codeOf(() => fixture.report(device!, 'FAILED', { number: 2 })),
    'NOT_FOUND',
  )
  fixture.report(device!, 'SUCCEEDED')
  assert.equal(
    codeOf(() => fixture.report(device!, 'FAILED', { expectedVersion: 9 })),
    'VERSION_MISMATCH',
  )
  assert.equal(
    codeOf(() => fixture.report(device!, 'FAILED', { expectedVersion: 2 })),
    'INVALID_TRANSITION',
  )
})

test('versions grow by one with every accepted change; details are replaced as a whole, or kept', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1)
  fixture.job([device!])
  assert.equal(fixture.report(device!, 'IN_PROGRESS', { details: { a: '1', b: '2' } }).version, 2)
  assert.deepEqual(fixture.report(device!, 'IN_PROGRESS', { progress: 40 }).details, { a: '1', b: '2' })
  const last = fixture.report(device!, 'SUCCEEDED', { details: { b: '3' } })
  assert.deepEqual([last.version, last.details, last.progress], [4, { b: '3' }, 40])
})

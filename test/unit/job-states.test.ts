import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HubError } from '../../src/core/errors.ts'
import type { ExecutionStatus, ReportedStatus } from '../../src/core/job/model.ts'
import { executionStates, isPending, mayReport, moved, type HubMove } from '../../src/core/job/states.ts'
import { Hall } from '../builders/hall.ts'

const reported: ReportedStatus[] = ['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED']
const moves: HubMove[] = ['SEND', 'CANCEL', 'FORCE_CANCEL', 'TIME_OUT', 'REMOVE']

/** State: what a device may report there, and where the hub's moves lead. */
const table: Record<ExecutionStatus, [ReportedStatus[], Partial<Record<HubMove, ExecutionStatus>>]> = {
  QUEUED: [reported, { SEND: 'SENT', CANCEL: 'CANCELED', FORCE_CANCEL: 'CANCELED', TIME_OUT: 'TIMED_OUT', REMOVE: 'REMOVED' }],
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
  const hall = new Hall()
  const [device] = hall.devices(1)
  hall.job([device!])
  const done = hall.report(device!, 'SUCCEEDED')
  hall.told()
  assert.throws(
    () => hall.report(device!, 'FAILED'),
    (error) => error instanceof HubError && error.code === 'INVALID_TRANSITION' && error.data['execution'] === done,
  )
  assert.equal(hall.engine.executions.get('x/job', device!), done)
  assert.deepEqual(hall.told(), [])
})

test('existence is checked before the version, and the version before the state', () => {
  const hall = new Hall()
  const [device] = hall.devices(1)
  hall.job([device!])
  const codeOf = (act: () => unknown): string => {
    try {
      act()
    } catch (error) {
      return (error as HubError).code
    }
    return 'accepted'
  }
  assert.equal(codeOf(() => hall.report('x/nobody', 'FAILED', { expectedVersion: 9 })), 'NOT_FOUND')
  assert.equal(codeOf(() => hall.report(device!, 'FAILED', { number: 2 })), 'NOT_FOUND')
  hall.report(device!, 'SUCCEEDED')
  assert.equal(codeOf(() => hall.report(device!, 'FAILED', { expectedVersion: 9 })), 'VERSION_MISMATCH')
  assert.equal(codeOf(() => hall.report(device!, 'FAILED', { expectedVersion: 2 })), 'INVALID_TRANSITION')
})

test('versions grow by one with every accepted change; details are replaced as a whole, or kept', () => {
  const hall = new Hall()
  const [device] = hall.devices(1)
  hall.job([device!])
  assert.equal(hall.report(device!, 'IN_PROGRESS', { details: { a: '1', b: '2' } }).version, 2)
  assert.deepEqual(hall.report(device!, 'IN_PROGRESS', { progress: 40 }).details, { a: '1', b: '2' })
  const last = hall.report(device!, 'SUCCEEDED', { details: { b: '3' } })
  assert.deepEqual([last.version, last.details, last.progress], [4, { b: '3' }, 40])
})

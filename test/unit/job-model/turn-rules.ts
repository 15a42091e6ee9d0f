import assert from 'node:assert/strict'
import type { DomainEvent } from '../../../src/core/events.ts'
import type { Execution, Job } from '../../../src/core/job/model.ts'
import { mayBecome, mayReport, moved } from '../../../src/core/job/states.ts'
import { isPending, queueOf, type Facts } from './facts.ts'
import type { TableChange } from './journal-tables.ts'

/** A device's queue, as `job number`, the front first. */
export type QueueIds = Map<string, string[]>

export const queueIds = (facts: Facts): QueueIds =>
  new Map([...facts.queues()].map(([device, queue]) => [device, queue.map(({ job, number }) => `${job} ${number}`)]))

/** The highest number there has been of each job and device, as long as there is the job. */
export type Numbers = Map<string, Map<string, number>>

const of = (changes: readonly TableChange[], table: string): TableChange[] =>
  changes.filter((change) => change.table === table)

/**
 * [aws 2.6, 2.9] Every change of an execution is a step of its life, one version on, and told by an event of its own.
 */
export function checkExecutions(
  changes: readonly TableChange[],
  events: readonly DomainEvent[],
  numbers: Numbers,
  facts: Facts,
  now: number,
  late: boolean,
): void {
  const told = events.filter((event) => event.type.startsWith('execution.'))
  const told1 = told.map((event) => ({
    type: event.type,
    ...('execution' in event && { execution: event.execution }),
    ...('before' in event && { before: event.before }),
  }))
  const written = of(changes, 'executions').map(({ before, after }) => {
    if (after === undefined) return { type: 'execution.deleted', execution: before }
    return before === undefined
      ? { type: 'execution.queued', execution: after }
      : { type: 'execution.changed', execution: after, before }
  })
  assert.deepEqual(told1, written, 'the events of executions tell what was written')
  const deleted = new Set(events.flatMap((event) => (event.type === 'device.deleted' ? [event.device.key] : [])))
  for (const { before, after } of of(changes, 'executions') as { before?: Execution; after?: Execution }[]) {
    if (after === undefined) continue
    const ends = before?.status === 'IN_PROGRESS' && after.status === 'REMOVED'
    assert.ok(!ends || deleted.has(after.device), 'what is in progress is removed with its device only')
    if (before === undefined) checkNew(after, numbers, now)
    else checkSuccessor(before, after, facts, now, late)
  }
}

function checkNew(execution: Execution, numbers: Numbers, now: number): void {
  const { job, device, number, status, version, queuedAt, updatedAt } = execution
  assert.deepEqual(
    [status, version, queuedAt, updatedAt],
    ['QUEUED', 1, now, now],
    'a new execution is queued now, at version 1',
  )
  let known = numbers.get(job)
  if (known === undefined) numbers.set(job, (known = new Map()))
  assert.equal(
    number,
    (known.get(device) ?? 0) + 1,
    'a new execution has the number after the last one there has ever been',
  )
  known.set(device, number)
}

function checkSuccessor(before: Execution, after: Execution, facts: Facts, now: number, late: boolean): void {
  assert.ok(isPending(before), `what has ended does not change: ${before.status}`)
  const told = after.status === 'QUEUED' ? [] : [after.status]
  const hub = (['SEND', 'CANCEL', 'FORCE_CANCEL', 'TIME_OUT', 'REMOVE'] as const).some(
    (move) => moved(before.status, move) === after.status,
  )
  const device = told.some((status) => mayReport(before.status, status as 'IN_PROGRESS'))
  assert.ok(hub || device, `${before.status} becomes ${after.status}`)
  assert.equal(
    after.version,
    before.version + (after.status === 'REMOVED' ? 0 : 1),
    'one version on, but for what is removed',
  )
  const fixed = ({ job, device: of, number, order, queuedAt, retried }: Execution): unknown => ({
    job,
    of,
    number,
    order,
    queuedAt,
    retried,
  })
  assert.deepEqual(fixed(after), fixed(before))
  assert.equal(after.updatedAt, now)
  if (after.status !== 'TIMED_OUT' || facts.timesOut(after.job, now)) return
  const due = Math.min(before.timeoutAt ?? Infinity, before.stepTimeoutAt ?? Infinity)
  assert.ok(late ? due <= now : due === now, `it times out when that is due, not ${now - due} ms later`)
}

/** [aws 3.5] Jobs live as their table says, and every change of status is told. */
export function checkJobs(changes: readonly TableChange[], events: readonly DomainEvent[], numbers: Numbers): void {
  const written = (of(changes, 'jobs') as { key: string; before?: Job; after?: Job }[]).flatMap(
    ({ key, before, after }) => {
      if (after === undefined) return [`deleted ${key}`]
      if (before === undefined) return [`created ${key} ${after.status}`]
      if (before.status !== after.status)
        assert.ok(mayBecome(before.status, after.status), `${before.status} becomes ${after.status}`)
      const through = before.status === 'CANCELED' && before.sweeping !== undefined && after.sweeping === undefined
      return [
        ...(before.status === after.status ? [] : [`${before.status} ${after.status} ${key}`]),
        ...(through ? [`canceled ${key}`] : []),
      ]
    },
  )
  const told = events.flatMap((event) => {
    if (event.type === 'job.created') return [`created ${event.job.key} ${event.job.status}`]
    if (event.type === 'job.status') return [`${event.before} ${event.job.status} ${event.job.key}`]
    return event.type === 'job.canceled' || event.type === 'job.deleted'
      ? [`${event.type.slice(4)} ${event.job.key}`]
      : []
  })
  assert.deepEqual(told, written, 'the events of jobs tell what was written')
  for (const event of events) if (event.type === 'job.deleted') numbers.delete(event.job.key)
}

/**
 * [aws 2.8] `queue.changed` comes once a device and lane, last, and tells just what is another than when the turn
 * began.
 */
export function checkQueueEvents(before: QueueIds, after: QueueIds, events: readonly DomainEvent[]): void {
  const expected = [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const was = before.get(key) ?? []
    const is = after.get(key) ?? []
    const members = was.length !== is.length || was.some((id) => !is.includes(id))
    return members || was[0] !== is[0] ? [{ key, members, front: was[0] !== is[0] }] : []
  })
  const told = events.flatMap((event) => {
    if (event.type !== 'queue.changed') return []
    const { device, lane, members, front } = event
    return [{ key: queueOf(device, lane), members, front }]
  })
  const sorted = <T extends { key: string }>(list: T[]): T[] => list.sort((a, b) => (a.key < b.key ? -1 : 1))
  assert.deepEqual(sorted(told), sorted(expected), 'queues tell what has become of them')
  const first = events.findIndex(({ type }) => type === 'queue.changed')
  if (first >= 0)
    assert.ok(
      events.slice(first).every(({ type }) => type === 'queue.changed'),
      'queues tell last',
    )
}

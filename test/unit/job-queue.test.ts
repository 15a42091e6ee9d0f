import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isPending } from '../../src/core/job/states.ts'
import { Hall } from '../builders/hall.ts'

/** What the queue of the one device was said to have become since the last call: members, front. */
function said(hall: Hall): string {
  const changes = hall.events.splice(0).filter((event) => event.type === 'queue.changed')
  return changes.map(({ members, front }) => `${members ? 'members' : '-'} ${front ? 'front' : '-'}`).join('; ') || 'nothing'
}

test('a queue tells of entering, leaving and a new front, and of nothing else', () => {
  const hall = new Hall()
  const [device] = hall.devices(1)
  said(hall)
  const steps: [string, () => unknown, string][] = [
    ['queued, the queue was empty', () => hall.job([device!], { key: 'x/1' }), 'members front'],
    ['queued behind others', () => hall.job([device!], { key: 'x/2' }), 'members -'],
    ['the front starts', () => hall.report(device!, 'IN_PROGRESS', {}, 'x/1'), 'nothing'],
    ['the front reports progress', () => hall.report(device!, 'IN_PROGRESS', { progress: 5 }, 'x/1'), 'nothing'],
    ['a third behind', () => hall.job([device!], { key: 'x/3', retry: [{ on: 'FAILED', times: 1 }] }), 'members -'],
    ['the front ends', () => hall.report(device!, 'SUCCEEDED', {}, 'x/1'), 'members front'],
    ['one behind starts and becomes the front', () => hall.report(device!, 'IN_PROGRESS', {}, 'x/3'), '- front'],
    ['one behind is rejected', () => hall.report(device!, 'REJECTED', {}, 'x/2'), 'members -'],
    ['the front fails and is retried', () => hall.report(device!, 'FAILED', {}, 'x/3'), 'members front'],
    ['the last is deleted', () => hall.turn((turn, engine) => engine.jobs.delete(turn, 'x/3', { force: true })), 'members front'],
  ]
  for (const [step, act, expected] of steps) {
    act()
    assert.equal(said(hall), expected, step)
  }
})

test('the queues of two lanes know nothing of each other, also after a restart', () => {
  const hall = new Hall()
  const [device] = hall.devices(1) as [string]
  hall.job([device], { key: 'x/plain' })
  hall.job([device], { key: 'x/own', lane: 'own' })
  hall.job([device], { key: 'x/next', lane: 'own' })
  const changes = (): unknown[] =>
    hall.events.splice(0).flatMap((event) => (event.type === 'queue.changed' ? [[event.lane, event.members, event.front]] : []))
  assert.deepEqual(changes(), [
    [undefined, true, true],
    ['own', true, true],
    ['own', true, false],
  ])
  hall.restart()
  const { executions } = hall.engine
  const names = (lane?: string): string[] => executions.pending(device, lane).map(({ job }) => job)
  assert.deepEqual([names(), names('own'), names('other')], [['x/plain'], ['x/own', 'x/next'], []])
  assert.equal(executions.front(device, 'own')?.job, 'x/own')
  hall.report(device, 'SUCCEEDED', {}, 'x/own')
  assert.deepEqual(changes(), [['own', true, true]])
  assert.equal(hall.turn((turn, engine) => engine.executions.start(turn, device))?.job, 'x/plain')
})

test('whatever happens, counts, queues and completion agree with the executions themselves, also after a restart', () => {
  const actions = ['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED', 'cancel', 'delete', 'restart', 'time', 'cancelJob'] as const
  const step = fc.record({ act: fc.constantFrom(...actions), device: fc.nat(3), job: fc.nat(2) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const hall = new Hall()
      const devices = hall.devices(4)
      for (const job of ['x/0', 'x/1', 'x/2']) hall.job(devices, { key: job, retry: [{ on: 'ANY', times: 1 }], timeout: { inProgressMs: 90_000 } })
      for (const { act, device, job } of steps) attempt(hall, act, devices[device]!, `x/${job}`)
      check(hall, devices)
      const before = devices.map((device) => hall.engine.executions.pending(device))
      hall.restart()
      check(hall, devices)
      assert.deepEqual(devices.map((device) => hall.engine.executions.pending(device)), before)
    }),
    { numRuns: 200 },
  )
})

function attempt(hall: Hall, act: string, device: string, job: string): void {
  try {
    if (act === 'restart') hall.restart()
    else if (act === 'time') hall.advance(30_000)
    else if (act === 'cancel') hall.turn((turn, engine) => engine.executions.cancel(turn, job, device))
    else if (act === 'delete') hall.turn((turn, engine) => engine.executions.delete(turn, job, device, engine.executions.require(job, device).number, { force: true }))
    else if (act === 'cancelJob') hall.turn((turn, engine) => engine.jobs.cancel(turn, job))
    else hall.report(device, act as 'FAILED', {}, job)
  } catch (error) {
    if (!(error instanceof Error && error.name === 'HubError')) throw error
  }
}

function check(hall: Hall, devices: string[]): void {
  const { executions, jobs } = hall.engine
  for (const job of jobs.all()) {
    const latest = [...executions.ofJob(job.key).values()]
    for (const [status, count] of Object.entries(executions.counts(job.key))) {
      assert.equal(count, latest.filter((execution) => execution.status === status).length, `${job.key} ${status}`)
    }
    const pending = latest.some(({ status }) => isPending(status))
    if (job.status === 'IN_PROGRESS') assert.ok(pending, 'a snapshot in progress has something pending')
    if (job.status === 'COMPLETED') assert.ok(!pending, 'a completed job has nothing pending')
  }
  for (const device of devices) {
    const expected = [...executions.ofDevice(device)]
      .filter(({ status }) => isPending(status))
      .sort((a, b) => Number(b.status === 'IN_PROGRESS') - Number(a.status === 'IN_PROGRESS') || a.order - b.order)
    assert.deepEqual(executions.pending(device), expected)
  }
}

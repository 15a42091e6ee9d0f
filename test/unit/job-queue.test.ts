import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isPending } from '../../src/core/job/states.ts'
import { EngineFixture } from '../builders/engine-fixture.ts'

/** What the queue of the one device was said to have become since the last call: members, front. */
function said(fixture: EngineFixture): string {
  const changes = fixture.events.splice(0).filter((event) => event.type === 'queue.changed')
  return (
    changes.map(({ members, front }) => `${members ? 'members' : '-'} ${front ? 'front' : '-'}`).join('; ') || 'nothing'
  )
}

test('a queue tells of entering, leaving and a new front, and of nothing else', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1)
  said(fixture)
  const steps: [string, () => unknown, string][] = [
    ['queued, the queue was empty', () => fixture.job([device!], { key: 'x/1' }), 'members front'],
    ['queued behind others', () => fixture.job([device!], { key: 'x/2' }), 'members -'],
    ['the front starts', () => fixture.report(device!, 'IN_PROGRESS', {}, 'x/1'), 'nothing'],
    ['the front reports progress', () => fixture.report(device!, 'IN_PROGRESS', { progress: 5 }, 'x/1'), 'nothing'],
    ['a third behind', () => fixture.job([device!], { key: 'x/3', retry: [{ on: 'FAILED', times: 1 }] }), 'members -'],
    ['the front ends', () => fixture.report(device!, 'SUCCEEDED', {}, 'x/1'), 'members front'],
    ['one behind starts and becomes the front', () => fixture.report(device!, 'IN_PROGRESS', {}, 'x/3'), '- front'],
    ['one behind is rejected', () => fixture.report(device!, 'REJECTED', {}, 'x/2'), 'members -'],
    ['the front fails and is retried', () => fixture.report(device!, 'FAILED', {}, 'x/3'), 'members front'],
    [
      'the last is deleted',
      () => fixture.turn((turn, engine) => engine.jobs.delete(turn, 'x/3', { force: true })),
      'members front',
    ],
  ]
  for (const [step, act, expected] of steps) {
    act()
    assert.equal(said(fixture), expected, step)
  }
})

test('the queues of two lanes know nothing of each other, also after a restart', () => {
  const fixture = new EngineFixture()
  const [device] = fixture.devices(1) as [string]
  fixture.job([device], { key: 'x/plain' })
  fixture.job([device], { key: 'x/own', lane: 'own' })
  fixture.job([device], { key: 'x/next', lane: 'own' })
  const changes = (): unknown[] =>
    fixture.events
      .splice(0)
      .flatMap((event) => (event.type === 'queue.changed' ? [[event.lane, event.members, event.front]] : []))
  assert.deepEqual(changes(), [
    [undefined, true, true],
    ['own', true, true],
    ['own', true, false],
  ])
  fixture.restart()
  const { executions } = fixture.engine
  const names = (lane?: string): string[] => executions.pending(device, lane).map(({ job }) => job)
  assert.deepEqual([names(), names('own'), names('other')], [['x/plain'], ['x/own', 'x/next'], []])
  assert.equal(executions.front(device, 'own')?.job, 'x/own')
  fixture.report(device, 'SUCCEEDED', {}, 'x/own')
  assert.deepEqual(changes(), [['own', true, true]])
  assert.equal(fixture.turn((turn, engine) => engine.executions.start(turn, device))?.job, 'x/plain')
})

test('whatever happens, counts, queues and completion agree with the executions themselves, also after a restart', () => {
  const actions = [
    'IN_PROGRESS',
    'SUCCEEDED',
    'FAILED',
    'REJECTED',
    'cancel',
    'delete',
    'restart',
    'time',
    'cancelJob',
  ] as const
  const step = fc.record({ act: fc.constantFrom(...actions), device: fc.nat(3), job: fc.nat(2) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const fixture = new EngineFixture()
      const devices = fixture.devices(4)
      for (const job of ['x/0', 'x/1', 'x/2'])
        fixture.job(devices, { key: job, retry: [{ on: 'ANY', times: 1 }], timeout: { inProgressMs: 90_000 } })
      for (const { act, device, job } of steps) attempt(fixture, act, devices[device]!, `x/${job}`)
      check(fixture, devices)
      const before = devices.map((device) => fixture.engine.executions.pending(device))
      fixture.restart()
      check(fixture, devices)
      assert.deepEqual(
        devices.map((device) => fixture.engine.executions.pending(device)),
        before,
      )
    }),
    { numRuns: 200 },
  )
})

function attempt(fixture: EngineFixture, act: string, device: string, job: string): void {
  try {
    if (act === 'restart') fixture.restart()
    else if (act === 'time') fixture.advance(30_000)
    else if (act === 'cancel') fixture.turn((turn, engine) => engine.executions.cancel(turn, job, device))
    else if (act === 'delete')
      fixture.turn((turn, engine) =>
        engine.executions.delete(turn, job, device, engine.executions.require(job, device).number, { force: true }),
      )
    else if (act === 'cancelJob') fixture.turn((turn, engine) => engine.jobs.cancel(turn, job))
    else fixture.report(device, act as 'FAILED', {}, job)
  } catch (error) {
    if (!(error instanceof Error && error.name === 'HubError')) throw error
  }
}

function check(fixture: EngineFixture, devices: string[]): void {
  const { executions, jobs } = fixture.engine
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

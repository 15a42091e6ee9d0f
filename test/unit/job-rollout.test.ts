import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rateOf } from '../../src/core/job/rollout-rate.ts'
import { SLICE } from '../../src/core/job/sweep.ts'
import { EngineFixture, MINUTE } from '../builders/engine-fixture.ts'

test('without a rate everything is queued at once, a slice a turn, in the order of the targets', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(SLICE * 2 + 1)
  fixture.job(devices)
  assert.equal(fixture.count('QUEUED'), SLICE)
  assert.equal(fixture.due(), 2)
  assert.deepEqual([...fixture.engine.executions.ofJob('x/job').keys()], devices)
})

test('a constant rate queues that many a minute, and no more in any 60 seconds', () => {
  const fixture = new EngineFixture()
  fixture.job(fixture.devices(25), { rollout: { perMinute: 10 } })
  const queued: number[] = []
  for (let second = 0; second <= 150; second += 30) {
    queued.push(fixture.count('QUEUED'))
    fixture.advance(30_000)
  }
  assert.deepEqual(queued, [10, 10, 20, 20, 25, 25])
})

test('an exponential rate grows each time so many more were notified, up to the ceiling', () => {
  const rollout = {
    perMinute: 300,
    exponential: { base: 50, factor: 2, every: { of: 'NOTIFIED' as const, count: 1000 } },
  }
  const rates = [0, 999, 1000, 2000, 3000].map((notified) => rateOf(rollout, notified, 0))
  assert.deepEqual(rates, [50, 50, 100, 200, 300])
})

test('an exponential rate can follow successes: nothing speeds up until devices succeed', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(40)
  fixture.job(devices, { rollout: { exponential: { base: 5, factor: 3, every: { of: 'SUCCEEDED', count: 5 } } } })
  fixture.advance(MINUTE)
  assert.equal(fixture.count('QUEUED'), 10)
  for (const device of devices.slice(0, 5)) fixture.report(device, 'SUCCEEDED')
  fixture.advance(MINUTE)
  assert.equal(fixture.count('QUEUED'), 5 + 15)
})

test('a rate changed under way is obeyed from then on', () => {
  const fixture = new EngineFixture()
  fixture.job(fixture.devices(100), { rollout: { perMinute: 10 } })
  fixture.turn((turn, engine) => engine.jobs.update(turn, 'x/job', { rollout: { perMinute: 50 } }))
  fixture.due()
  assert.equal(fixture.count('QUEUED'), 50)
})

test('a rollout goes on after a restart where it was, within its minute', () => {
  const fixture = new EngineFixture()
  fixture.job(fixture.devices(25), { rollout: { perMinute: 10 } })
  fixture.restart()
  fixture.advance(30_000)
  assert.equal(fixture.count('QUEUED'), 10)
  fixture.advance(90_000)
  assert.equal(fixture.count('QUEUED'), 25)
})

test('a snapshot of an empty target set is complete at once, also outside its maintenance windows', () => {
  const fixture = new EngineFixture()
  fixture.turn((turn, engine) => engine.groups.create(turn, { dialect: 'x', name: 'nobody' }))
  fixture.job([], { targets: [{ type: 'group', group: 'x/nobody' }] })
  assert.equal(fixture.jobStatus(), 'COMPLETED')
  fixture.job([], {
    key: 'x/evening',
    targets: [{ type: 'group', group: 'x/nobody' }],
    schedule: { windows: [{ cron: '0 18 * * *', durationMs: MINUTE }] },
  })
  assert.equal(fixture.jobStatus('x/evening'), 'COMPLETED')
})

test('a job completes with its last execution, not before its rollout has ended', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(2)
  fixture.job(devices, { rollout: { perMinute: 1 } })
  fixture.report(devices[0]!, 'SUCCEEDED')
  assert.equal(fixture.jobStatus(), 'IN_PROGRESS')
  fixture.advance(MINUTE)
  fixture.report(devices[1]!, 'FAILED')
  assert.equal(fixture.jobStatus(), 'COMPLETED')
})

test('targets that overlap, by group, child group and name, give each device one execution', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(3)
  fixture.turn((turn, engine) => {
    engine.groups.create(turn, { dialect: 'x', name: 'parent' })
    engine.groups.create(turn, { dialect: 'x', name: 'child', parent: 'x/parent' })
    engine.devices.join(turn, devices[1]!, 'x/child')
    engine.devices.join(turn, devices[2]!, 'x/parent')
  })
  fixture.job([], {
    targets: [
      { type: 'device', device: devices[1]! },
      { type: 'group', group: 'x/parent' },
    ],
  })
  assert.deepEqual([...fixture.engine.executions.ofJob('x/job').keys()], [devices[1], devices[2]])
})

test('a query names its devices by what the registry and the twin say', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(3)
  fixture.turn((turn, engine) => {
    engine.devices.update(turn, devices[0]!, { tags: { site: 'lab' } })
    engine.twins.update(turn, devices[1]!, undefined, { reported: { ver: 'bc78' } })
  })
  const where = {
    op: 'or' as const,
    of: [
      { op: '=' as const, path: 'tags.site', value: 'lab' },
      { op: '=' as const, path: 'twin.reported.ver', value: 'bc78' },
    ],
  }
  fixture.job([], { targets: [{ type: 'query', where, text: 'either' }] })
  assert.deepEqual([...fixture.engine.executions.ofJob('x/job').keys()], devices.slice(0, 2))
})

test('a group is rolled out in the order in which its devices were registered, whoever joined first, and whether or not the hub has been restarted', () => {
  const order = (restarts: boolean): string[] => {
    const fixture = new EngineFixture()
    const devices = fixture.devices(3)
    fixture.turn((turn, engine) => {
      engine.groups.create(turn, { dialect: 'x', name: 'g' })
      for (const device of devices.toReversed()) engine.devices.join(turn, device, 'x/g')
    })
    if (restarts) fixture.restart()
    fixture.job([], { targets: [{ type: 'group', group: 'x/g' }] })
    return [...fixture.engine.executions.ofJob('x/job').keys()]
  }
  assert.deepEqual(
    [order(false), order(true)],
    [
      ['x/d1', 'x/d2', 'x/d3'],
      ['x/d1', 'x/d2', 'x/d3'],
    ],
  )
})

test('a rollout that a changed rate brings to its end leaves nothing due', () => {
  const fixture = new EngineFixture()
  fixture.job(fixture.devices(2), { rollout: { perMinute: 1 } })
  fixture.turn((turn, engine) => engine.jobs.update(turn, 'x/job', { rollout: { perMinute: 2 } }))
  assert.deepEqual([fixture.count('QUEUED'), fixture.engine.nextDeadline()], [2, undefined])
})

test('a minute keeps the rate that it began with, whether in one slice or more, before or after a restart', () => {
  const rollout = { exponential: { base: SLICE + 50, factor: 2, every: { of: 'NOTIFIED' as const, count: SLICE } } }
  const fixture = new EngineFixture()
  fixture.job(fixture.devices(SLICE * 5), { rollout })
  fixture.due()
  assert.equal(fixture.count('QUEUED'), SLICE + 50)
  fixture.restart()
  fixture.due()
  assert.equal(fixture.count('QUEUED'), SLICE + 50)
  fixture.advance(MINUTE)
  assert.equal(fixture.count('QUEUED'), (SLICE + 50) * 3)
})

test('no 60 seconds see more than the rate, also when it is raised late in a minute', () => {
  const fixture = new EngineFixture()
  fixture.job(fixture.devices(20), { rollout: { perMinute: 2 } })
  fixture.advance(50_000)
  fixture.turn((turn, engine) => engine.jobs.update(turn, 'x/job', { rollout: { perMinute: 5 } }))
  assert.equal(fixture.count('QUEUED'), 5)
  fixture.advance(MINUTE - 1)
  assert.equal(fixture.count('QUEUED'), 5)
  fixture.advance(1)
  assert.equal(fixture.count('QUEUED'), 10)
})

test('a rollout that waits for its next minute, or for a maintenance window, is due then and no sooner after a restart', () => {
  for (const windows of [[], [{ cron: '0 18 * * *', durationMs: MINUTE }]]) {
    const fixture = new EngineFixture()
    fixture.job(fixture.devices(3), { rollout: { perMinute: 1 }, schedule: { windows } })
    const next = fixture.engine.nextDeadline()
    assert.ok(next !== undefined && next > fixture.clock.now())
    fixture.restart()
    assert.equal(fixture.engine.nextDeadline(), next)
  }
})

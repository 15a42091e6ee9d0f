import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineFixture, MINUTE, NOON } from '../builders/engine-fixture.ts'

test('a job deleted while it is still being cancelled leaves nothing behind, not even of the devices it had been cancelled for', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(250)
  fixture.job(devices)
  fixture.due()
  fixture.report(devices[0]!, 'IN_PROGRESS')
  fixture.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job'))
  fixture.turn((turn, engine) => engine.jobs.delete(turn, 'x/job'))
  fixture.due()
  assert.equal(fixture.jobStatus(), undefined)
  assert.equal(fixture.tables.table('executions').size, 0)
  assert.deepEqual(devices.map((device) => fixture.engine.executions.front(device)).filter(Boolean), [])
})

test('a job that takes the name of one deleted while it was being cancelled is rolled out to its end', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(250)
  fixture.job(devices.slice(0, 110))
  fixture.due()
  fixture.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job'))
  for (const device of devices.slice(0, 50))
    fixture.turn((turn, engine) => engine.executions.delete(turn, 'x/job', device, 1))
  fixture.turn((turn, engine) => engine.jobs.delete(turn, 'x/job'))
  fixture.job(devices)
  fixture.due()
  assert.equal(fixture.count('QUEUED'), 250)
})

test('a continuous job under rollout does not hurry because its devices connect and report', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(5)
  fixture.turn((turn, engine) => {
    engine.groups.create(turn, { dialect: 'x', name: 'g' })
    for (const device of devices) engine.devices.join(turn, device, 'x/g')
  })
  fixture.job([], { selection: 'CONTINUOUS', targets: [{ type: 'group', group: 'x/g' }], rollout: { perMinute: 1 } })
  for (const device of devices) {
    fixture.turn((turn, engine) => engine.connections.connected(turn, device))
    fixture.turn((turn, engine) => engine.twins.update(turn, device, undefined, { reported: { on: true } }))
  }
  assert.equal(fixture.count('QUEUED'), 1)
  fixture.advance(4 * MINUTE)
  assert.equal(fixture.count('QUEUED'), 5)
})

test('what a device does outside the maintenance window does not lengthen the list of a rollout', () => {
  const fixture = new EngineFixture()
  const devices = fixture.devices(3)
  fixture.turn((turn, engine) => {
    engine.groups.create(turn, { dialect: 'x', name: 'g' })
    for (const device of devices) engine.devices.join(turn, device, 'x/g')
  })
  const windows = [{ cron: '0 18 * * *', durationMs: 30 * MINUTE }]
  fixture.job([], { selection: 'CONTINUOUS', targets: [{ type: 'group', group: 'x/g' }], schedule: { windows } })
  const chatter = (): void => {
    for (let count = 0; count < 20; count += 1)
      for (const device of devices)
        fixture.turn((turn, engine) => engine.twins.update(turn, device, undefined, { reported: { count } }))
  }
  chatter()
  fixture.restart()
  chatter()
  assert.equal(fixture.engine.jobs.require('x/job').planned, 3)
  fixture.clock.advanceTo(NOON + 6 * 60 * MINUTE)
  fixture.due()
  assert.equal(fixture.count('QUEUED'), 3)
})

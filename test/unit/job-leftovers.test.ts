import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hall, MINUTE, NOON } from '../builders/hall.ts'

test('a job deleted while it is still being cancelled leaves nothing behind, not even of the devices it had been cancelled for', () => {
  const hall = new Hall()
  const devices = hall.devices(250)
  hall.job(devices)
  hall.due()
  hall.report(devices[0]!, 'IN_PROGRESS')
  hall.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job'))
  hall.turn((turn, engine) => engine.jobs.delete(turn, 'x/job'))
  hall.due()
  assert.equal(hall.jobStatus(), undefined)
  assert.equal(hall.tables.table('executions').size, 0)
  assert.deepEqual(devices.map((device) => hall.engine.executions.front(device)).filter(Boolean), [])
})

test('a job that takes the name of one deleted while it was being cancelled is rolled out to its end', () => {
  const hall = new Hall()
  const devices = hall.devices(250)
  hall.job(devices.slice(0, 110))
  hall.due()
  hall.turn((turn, engine) => engine.jobs.cancel(turn, 'x/job'))
  for (const device of devices.slice(0, 50)) hall.turn((turn, engine) => engine.executions.delete(turn, 'x/job', device, 1))
  hall.turn((turn, engine) => engine.jobs.delete(turn, 'x/job'))
  hall.job(devices)
  hall.due()
  assert.equal(hall.count('QUEUED'), 250)
})

test('a continuous job under rollout does not hurry because its devices connect and report', () => {
  const hall = new Hall()
  const devices = hall.devices(5)
  hall.turn((turn, engine) => {
    engine.groups.create(turn, { dialect: 'x', name: 'g' })
    for (const device of devices) engine.devices.join(turn, device, 'x/g')
  })
  hall.job([], { selection: 'CONTINUOUS', targets: [{ type: 'group', group: 'x/g' }], rollout: { perMinute: 1 } })
  for (const device of devices) {
    hall.turn((turn, engine) => engine.connections.connected(turn, device))
    hall.turn((turn, engine) => engine.twins.update(turn, device, undefined, { reported: { on: true } }))
  }
  assert.equal(hall.count('QUEUED'), 1)
  hall.advance(4 * MINUTE)
  assert.equal(hall.count('QUEUED'), 5)
})

test('what a device does outside the maintenance window does not lengthen the list of a rollout', () => {
  const hall = new Hall()
  const devices = hall.devices(3)
  hall.turn((turn, engine) => {
    engine.groups.create(turn, { dialect: 'x', name: 'g' })
    for (const device of devices) engine.devices.join(turn, device, 'x/g')
  })
  const windows = [{ cron: '0 18 * * *', durationMs: 30 * MINUTE }]
  hall.job([], { selection: 'CONTINUOUS', targets: [{ type: 'group', group: 'x/g' }], schedule: { windows } })
  const chatter = (): void => {
    for (let count = 0; count < 20; count += 1) for (const device of devices) hall.turn((turn, engine) => engine.twins.update(turn, device, undefined, { reported: { count } }))
  }
  chatter()
  hall.restart()
  chatter()
  assert.equal(hall.engine.jobs.require('x/job').planned, 3)
  hall.clock.advanceTo(NOON + 6 * 60 * MINUTE)
  hall.due()
  assert.equal(hall.count('QUEUED'), 3)
})

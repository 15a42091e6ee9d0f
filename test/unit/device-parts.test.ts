import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EngineFixture } from '../builders/engine-fixture.ts'
import { Engine } from '../../src/core/engine.ts'
import { SequentialIds } from '../../src/core/ids.ts'

const everything = { type: 'query', where: { op: 'all' }, text: '*' } as const

function withParts(): { fixture: EngineFixture; device: string; part: string } {
  const fixture = new EngineFixture()
  const [device = ''] = fixture.devices(1)
  const { key: part } = fixture.turn((turn, engine) =>
    engine.devices.create(turn, { dialect: 'x', name: 'eye', parent: device, kind: 'module' }),
  )
  return { fixture, device, part }
}

test('a query for all devices does not mean their parts, one for parts of a kind means these only', () => {
  const { fixture, device, part } = withParts()
  const count = (target: object): number => fixture.engine.jobs.count('x', [{ ...everything, ...target }])
  assert.deepEqual([count({}), count({ parts: 'module' }), count({ parts: 'other' })], [1, 1, 0])
  fixture.job([], { targets: [{ ...everything, parts: 'module' }] })
  assert.deepEqual([...fixture.engine.executions.ofJob('x/job').keys()], [part])
  assert.notEqual(part, device)
})

test('a continuous job for all devices does not reach a part that comes later', () => {
  const fixture = new EngineFixture()
  const [parent = ''] = fixture.devices(1)
  fixture.job([], { selection: 'CONTINUOUS', targets: [everything] })
  fixture.turn((turn, engine) => engine.devices.create(turn, { dialect: 'x', name: 'eye', parent, kind: 'm' }))
  assert.equal(fixture.count('QUEUED'), 1)
})

test('parts are found by their device, also after a restart, and when that is gone', () => {
  const { fixture, device, part } = withParts()
  assert.deepEqual([...new Engine(fixture.tables, new SequentialIds()).devices.parts(device)], [part])
  fixture.turn((turn, engine) => engine.devices.delete(turn, device))
  assert.deepEqual([...fixture.engine.devices.parts(device)], [part])
  fixture.turn((turn, engine) => engine.devices.update(turn, part, { parent: undefined }))
  assert.deepEqual([...fixture.engine.devices.parts(device)], [])
  assert.equal('parent' in fixture.engine.devices.require(part), false)
})

test('a device cannot be a part of nothing, or of itself', () => {
  const { fixture, device, part } = withParts()
  const move = (key: string, parent: string): void =>
    void fixture.turn((turn, engine) => engine.devices.update(turn, key, { parent }))
  assert.throws(() => move(part, 'x/nobody'), { code: 'NOT_FOUND' })
  assert.throws(() => move(device, part), { code: 'INVALID', message: /is a part of it/ })
  assert.throws(() => move(part, part), { code: 'INVALID' })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HubError } from '../../src/core/errors.ts'
import { MemoryTables } from '../../src/core/table.ts'
import { Turn } from '../../src/core/turn.ts'
import type { Twin } from '../../src/core/twin/model.ts'
import { Twins, type TwinChange } from '../../src/core/twin/twins.ts'

const DEVICE = 'aws/lamp'
const HOUR = 3_600_000
const at = (now: number): Turn => new Turn(now, { type: 'api', call: 'test' })

function fresh(): {
  twins: Twins
  tables: MemoryTables
  update: (change: TwinChange, now?: number, name?: string) => Twin
} {
  const tables = new MemoryTables()
  const twins = new Twins(tables)
  return { tables, twins, update: (change, now = 1000, name) => twins.update(at(now), DEVICE, name, change) }
}

const mismatch = (version: number) => (error: HubError) =>
  error.code === 'VERSION_MISMATCH' && error.data['version'] === version

test('a new twin starts at version 1 and counts one up with every change, whatever it changes', () => {
  const { update } = fresh()
  assert.equal(update({ desired: { a: 1 } }).version, 1)
  assert.equal(update({ reported: { a: 1 } }).version, 2)
  assert.equal(update({ reported: { a: 1 } }).version, 3)
  const last = update({})
  assert.equal(last.version, 4)
  assert.deepEqual(last.versions, { desired: 1, reported: 2 })
})

test('null clears a section, whose stamp then tells when', () => {
  const { update } = fresh()
  update({ desired: { a: 1 }, reported: { b: 1 } })
  const twin = update({ desired: null }, 2000)
  assert.equal('desired' in twin, false)
  assert.deepEqual(twin.metadata.desired, { at: 2000, version: 2 })
  assert.deepEqual(twin.reported, { b: 1 })
  assert.deepEqual(twin.metadata.reported, { at: 1000, version: 1, of: { b: { at: 1000, version: 1 } } })
})

test('stamps carry the instant and the version of the section, as Azure shows them', () => {
  const { update } = fresh()
  update({ desired: { building: 43, floor: 3 } }, 1000)
  const { metadata } = update({ desired: { floor: 4 } }, 2000)
  assert.deepEqual(metadata.desired, {
    at: 2000,
    version: 2,
    of: { building: { at: 1000, version: 1 }, floor: { at: 2000, version: 2 } },
  })
})

test('replace (Azure PUT) takes one section whole and leaves the other alone', () => {
  const { update } = fresh()
  update({ desired: { a: 1, b: 2 }, reported: { r: 1 } })
  const twin = update({ desired: { a: 1, c: 100 }, mode: 'replace' })
  assert.deepEqual(twin.desired, { a: 1, c: 100 })
  assert.deepEqual(twin.reported, { r: 1 })
  assert.deepEqual(twin.versions, { desired: 2, reported: 1 })
})

test('clients may choose the version: greater than the current one (Alibaba), or minus one to start over', () => {
  const { update, twins } = fresh()
  const set = (version: number): Twin =>
    update({
      reported: { a: version },
      mode: 'assign',
      expectedVersion: (twin) => version > (twin?.version ?? 0),
      setVersion: version,
    })
  assert.equal(set(1_700_000_000_000).version, 1_700_000_000_000)
  assert.throws(() => set(1_700_000_000_000), mismatch(1_700_000_000_000))
  assert.equal(set(1_700_000_000_001).version, 1_700_000_000_001)
  assert.deepEqual(twins.get(DEVICE)?.reported, { a: 1_700_000_000_001 })
  assert.equal(update({ setVersion: 0 }).version, 0)
})

test('desired is copied to reported and dropped in one change, its nulls deleting (IotHub)', () => {
  const { update } = fresh()
  update({ reported: { lights: 'off', fan: 'on' } })
  const asked = update({ desired: { lights: 'on', fan: null }, mode: 'assign', nulls: 'keep', setVersion: 7 })
  assert.deepEqual(asked.desired, { lights: 'on', fan: null })
  const done = update({ desired: null, reported: asked.desired ?? null, mode: 'assign', expectedVersion: 7 })
  assert.deepEqual([done.desired, done.reported, done.version], [undefined, { lights: 'on' }, 8])
})

test('an expected version that is not the current one is refused, and nothing has changed', () => {
  const { update, twins } = fresh()
  assert.throws(() => update({ desired: { a: 1 }, expectedVersion: 1 }), mismatch(0))
  assert.equal(twins.get(DEVICE), undefined)
  update({ desired: { a: 1 }, expectedVersion: 0 })
  const before = twins.get(DEVICE)
  const turn = at(2000)
  assert.throws(() => twins.update(turn, DEVICE, undefined, { desired: { a: 2 }, expectedVersion: 2 }), mismatch(1))
  assert.throws(() => twins.delete(turn, DEVICE, undefined, { expectedVersion: 2 }), mismatch(1))
  assert.equal(twins.get(DEVICE), before)
  assert.deepEqual(turn.events, [])
})

test('a check that throws refuses the change', () => {
  const { update, twins } = fresh()
  const check = (next: Twin): void => {
    if (Object.keys(next.desired ?? {}).length > 1) throw new Error('too large')
  }
  update({ desired: { a: 1 }, check })
  assert.throws(() => update({ desired: { b: 1 }, check }), /too large/)
  assert.deepEqual(twins.get(DEVICE)?.desired, { a: 1 })
})

test('a deleted twin is gone; its counter goes on within the time it is kept, and starts over later', () => {
  const { twins, update } = fresh()
  update({ desired: { a: 1 } }, 0)
  update({ desired: { a: 2 } }, 0)
  const deleted = twins.delete(at(0), DEVICE, undefined, { keepCounterMs: 48 * HOUR })
  assert.deepEqual([deleted.version, deleted.desired], [2, { a: 2 }])
  assert.equal(twins.get(DEVICE), undefined)
  assert.throws(
    () => twins.delete(at(0), DEVICE, undefined),
    (error: HubError) => error.code === 'NOT_FOUND',
  )
  const again = update({ reported: { b: 1 } }, 48 * HOUR - 1)
  assert.deepEqual([again.version, again.versions, again.desired], [4, { desired: 0, reported: 1 }, undefined])
  twins.delete(at(48 * HOUR), DEVICE, undefined, { keepCounterMs: 48 * HOUR })
  assert.equal(update({}, 96 * HOUR).version, 1)
})

test('without keeping, a deletion leaves nothing behind', () => {
  const { twins, update, tables } = fresh()
  update({ desired: { a: 1 } })
  twins.delete(at(1), DEVICE, undefined)
  assert.equal(tables.table('twins').size, 0)
  assert.equal(update({}).version, 1)
})

test('tombstones whose time is over are dropped by later deletions, also after a restart', () => {
  const { twins, update, tables } = fresh()
  for (let i = 0; i < 5; i++) {
    update({}, 0, `s${i}`)
    twins.delete(at(0), DEVICE, `s${i}`, { keepCounterMs: HOUR })
  }
  update({}, HOUR, 'last')
  assert.equal(tables.table('twins').size, 6)
  const restarted = new Twins(tables)
  restarted.delete(at(HOUR), DEVICE, 'last', { keepCounterMs: HOUR })
  assert.equal(tables.table('twins').size, 1)
})

test('named twins are apart from each other and from the nameless one; the index survives a restart', () => {
  const { twins, update, tables } = fresh()
  update({ desired: { a: 0 } })
  update({ desired: { a: 1 } }, 1000, 'beta')
  update({ desired: { a: 2 } }, 1000, 'alpha')
  update({}, 1000, 'gone')
  twins.delete(at(1), DEVICE, 'gone', { keepCounterMs: HOUR })
  twins.update(at(1), 'aws/other', 'zulu', {})
  for (const view of [twins, new Twins(tables)]) {
    assert.deepEqual(view.names(DEVICE), ['alpha', 'beta'])
    assert.deepEqual(view.get(DEVICE, 'beta')?.desired, { a: 1 })
    assert.deepEqual(view.get(DEVICE)?.desired, { a: 0 })
    assert.equal(view.get(DEVICE, 'gone'), undefined)
    assert.deepEqual(view.names('aws/nobody'), [])
  }
})

test('events tell what was sent, what was before and who asked', () => {
  const { twins } = fresh()
  const turn = at(5)
  const first = twins.update(turn, DEVICE, 'n', { desired: { a: null }, correlation: 'tok' })
  const second = twins.update(turn, DEVICE, 'n', { reported: null, mode: 'replace' })
  twins.delete(turn, DEVICE, 'n', { correlation: 'bye' })
  assert.deepEqual(turn.events, [
    {
      type: 'twin.updated',
      twin: first,
      before: undefined,
      patch: { desired: { a: null } },
      mode: 'merge',
      correlation: 'tok',
    },
    { type: 'twin.updated', twin: second, before: first, patch: { reported: null }, mode: 'replace' },
    { type: 'twin.deleted', twin: second, correlation: 'bye' },
  ])
})

test('records are plain JSON: what is stored is what is read back', () => {
  const { twins, update } = fresh()
  update({ desired: { a: [1, { b: 2 }] }, reported: { c: {} } }, 1000, 'n')
  const twin = twins.get(DEVICE, 'n')
  assert.deepEqual(JSON.parse(JSON.stringify(twin)), twin)
})

test('a record once handed out never changes', () => {
  const { twins, update } = fresh()
  update({ desired: { a: { b: 1 } } })
  const before = twins.get(DEVICE)
  const copy = structuredClone(before)
  update({ desired: { a: { c: 2 } }, reported: { x: 1 } })
  assert.deepEqual(before, copy)
})

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Migration } from '../../src/store/migrations.ts'
import { openStore } from '../../src/store/store.ts'
import { contentsOf, copyAsAfterCrash, entriesOf, temporaryDirectory, type Thing } from './store-kit.ts'

/** To version 2, `v` is called `version`; to version 3, `things` are `devices` and scratch records are gone. */
const migrations: Migration[] = [
  ([table, key, record]) => [record === undefined ? [table, key] : [table, key, { version: (record as Thing).v }]],
  ([table, key, record]) => (table === 'scratch' ? [] : [record === undefined ? ['devices', key] : ['devices', key, record]]),
]

/** Version 1: a, b and c in the snapshot, of which the journal deletes a and changes b. */
async function oldHub(t: TestContext): Promise<string> {
  const directory = temporaryDirectory(t)
  const store = await openStore({ directory: join(directory, 'live'), migrations: [] })
  const table = store.table<Thing>('things')
  for (const key of 'abc') table.set(key, { v: 1 })
  store.table<Thing>('scratch').set('x', { v: 1 })
  await store.snapshot()
  table.delete('a')
  table.set('b', { v: 2 })
  await store.commit()
  const crashed = copyAsAfterCrash(join(directory, 'live'), join(directory, 'crashed'))
  await store.close()
  return crashed
}

test('an older version migrates step by step, deletions in its journal included', async (t) => {
  const directory = await oldHub(t)
  for (const _time of ['migrating', 'migrated']) {
    const store = await openStore({ directory, migrations })
    assert.deepEqual(entriesOf(store, 'devices'), [['b', { version: 2 }], ['c', { version: 1 }]])
    assert.equal(store.table('things').size + store.table('scratch').size, 0)
    assert.deepEqual(store.warnings, [])
    for (const content of Object.values(contentsOf(directory))) assert.match(content, /^\{"format":"local-iot-hub","file":"\w+","version":3,/)
    await store.close()
  }
})

test('a version of which only one step is new takes only that step', async (t) => {
  const directory = await oldHub(t)
  await (await openStore({ directory, migrations: migrations.slice(0, 1) })).close()
  const store = await openStore({ directory, migrations })
  assert.deepEqual(entriesOf(store, 'devices'), [['b', { version: 2 }], ['c', { version: 1 }]])
  await store.close()
})

test('a newer version than known is refused, and nothing is touched', async (t) => {
  const directory = await oldHub(t)
  await (await openStore({ directory, migrations })).close()
  const before = contentsOf(directory)
  const message = /hub\.jsonl has version 3, this release reads up to 1/
  await assert.rejects(openStore({ directory, migrations: [] }), { code: 'NEWER_VERSION', message })
  assert.deepEqual(contentsOf(directory), before)
  await (await openStore({ directory, migrations })).close()
})

test('a queued message of which nobody knows who said it is kept like the hub’s own', async (t) => {
  const directory = temporaryDirectory(t)
  const before = await openStore({ directory, migrations: [] })
  before.table<Thing>('mqttQueue').set('1/aws/lamp', { v: 1 })
  before.table<Thing>('mqttSessions').set('aws/lamp', { v: 1 })
  await before.close()
  const store = await openStore({ directory })
  assert.deepEqual(entriesOf(store, 'mqttQueue'), [['1/aws/lamp', { v: 1, own: true }]])
  assert.deepEqual(entriesOf(store, 'mqttSessions'), [['aws/lamp', { v: 1 }]])
  await store.close()
})

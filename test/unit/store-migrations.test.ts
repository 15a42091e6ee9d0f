import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Engine } from '../../src/core/engine.ts'
import { SequentialIds } from '../../src/core/ids.ts'
import { Turn } from '../../src/core/turn.ts'
import { MIGRATIONS, type Migration } from '../../src/store/migrations.ts'
import { openStore } from '../../src/store/store.ts'
import { contentsOf, copyAsAfterCrash, entriesOf, temporaryDirectory, type Thing } from './store-kit.ts'

/** To version 2, `v` is called `version`; to version 3, `things` are `devices` and scratch records are gone. */
const migrations: Migration[] = [
  ([table, key, record]) => [record === undefined ? [table, key] : [table, key, { version: (record as Thing).v }]],
  ([table, key, record]) =>
    table === 'scratch' ? [] : [record === undefined ? ['devices', key] : ['devices', key, record]],
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
    assert.deepEqual(entriesOf(store, 'devices'), [
      ['b', { version: 2 }],
      ['c', { version: 1 }],
    ])
    assert.equal(store.table('things').size + store.table('scratch').size, 0)
    assert.deepEqual(store.warnings, [])
    for (const content of Object.values(contentsOf(directory)))
      assert.match(content, /^\{"format":"local-iot-hub","file":"\w+","version":3,/)
    await store.close()
  }
})

test('a version of which only one step is new takes only that step', async (t) => {
  const directory = await oldHub(t)
  await (await openStore({ directory, migrations: migrations.slice(0, 1) })).close()
  const store = await openStore({ directory, migrations })
  assert.deepEqual(entriesOf(store, 'devices'), [
    ['b', { version: 2 }],
    ['c', { version: 1 }],
  ])
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

/** What version 2 kept of a job for one device, and of its execution. */
function jobBefore(name: string, document: object): { key: string; job: object; execution: object } {
  const [key, device] = [`iothub/${name}`, 'iothub/P/D']
  const targets = [{ type: 'device', device }]
  const times = { createdAt: 5, updatedAt: 5 }
  const what = { key, dialect: 'iothub', targets, selection: 'SNAPSHOT', document: JSON.stringify(document) }
  return {
    key,
    job: { ...what, ...times, status: 'IN_PROGRESS', rolledOut: 1, planned: 1 },
    execution: { job: key, device, number: 1, order: 1, status: 'SENT', version: 2, queuedAt: 5, updatedAt: 5 },
  }
}

test('upgrades under way before they had records of their own go on, and what devices run is known', async (t) => {
  const directory = temporaryDirectory(t)
  const before = await openStore({ directory, migrations: MIGRATIONS.slice(0, 1) })
  const firmware = { url: 'http://test/2.bin', version: '2', size: 1000, md5: 'abcd' }
  const old = [
    jobBefore('firmware', firmware),
    jobBefore('resource', { url: 'u', version: '7', type: 'resource' }),
    jobBefore('command', { command: 'reboot' }),
    jobBefore('fault', { url: 'u' }),
    jobBefore('deleted', firmware),
  ]
  for (const { key, job, execution } of old) {
    before.table('jobs').set(key, job)
    before.table('executions').set(`${key} iothub/P/D 1`, execution)
  }
  before.table('jobs').delete('iothub/deleted')
  before.table('executions').delete('iothub/deleted iothub/P/D 1')
  before.table('jobs').set('aws/job', { ...old[0]!.job, key: 'aws/job', dialect: 'aws' })
  const device = { dialect: 'iothub', type: 'P', attributes: {}, groups: [], createdAt: 1, updatedAt: 1 }
  const [status, extra] = [{ firmware_ver: '1' }, { lastStatusUpdate: 3 }]
  before.table('devices').set('iothub/P/D', { ...device, key: 'iothub/P/D', name: 'P/D', tags: { status }, extra })
  before.table('devices').set('iothub/P/E', { ...device, key: 'iothub/P/E', name: 'P/E', tags: {} })
  await before.close()

  const store = await openStore({ directory })
  const engine = new Engine(store, new SequentialIds())
  const { upgrades, executions } = engine
  const file = { url: 'http://test/2.bin', size: 1000, digest: { algorithm: 'MD5', value: 'abcd' } }
  assert.deepEqual(upgrades.get('iothub-course/firmware')?.package, { module: 'firmware', version: '2', files: [file] })
  assert.equal(store.table('upgrades').size, 2)
  assert.deepEqual(upgrades.versions.of('iothub-course/P/D'), [{ module: 'firmware', version: '1', at: 3 }])
  assert.deepEqual(upgrades.versions.of('iothub-course/P/E'), [])
  const turn = new Turn(10, { type: 'start' })
  upgrades.runs(turn, 'iothub-course/P/D', 'firmware', '2')
  upgrades.report(turn, executions.require('iothub-course/resource', 'iothub-course/P/D'), { progress: 100 })
  const statusOf = (name: string) => executions.require(`iothub-course/${name}`, 'iothub-course/P/D').status
  assert.deepEqual(['firmware', 'resource', 'command'].map(statusOf), ['SUCCEEDED', 'SUCCEEDED', 'SENT'])
  await store.close()
})

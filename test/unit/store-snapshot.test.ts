import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../../src/store/store.ts'
import { contentsOf, copyAsAfterCrash, entriesOf, probedFiles, temporaryDirectory, type Thing } from './store-kit.ts'
import { textOf } from '../../src/core/said.ts'

test('what was stored is there after a restart, whatever its key, in its order', async (t) => {
  const directory = temporaryDirectory(t)
  const keys = [
    'z',
    '2',
    '1',
    '',
    '__proto__',
    'constructor',
    'a/b#+',
    'line\nfeed',
    '"quoted\\"',
    'ü 洗衣机 🧺',
    '\ud800',
  ]
  const store = await openStore({ directory: join(directory, 'live') })
  for (const [v, key] of keys.entries()) {
    store.table<Thing>('things').set(key, { v })
    store.table<Thing>(key).set(key, { v })
  }
  await store.commit()
  const expected = keys.map((key, v) => [key, { v }])
  const crashed = await openStore({ directory: copyAsAfterCrash(join(directory, 'live'), join(directory, 'copy')) })
  await store.close()
  const restarted = await openStore({ directory: join(directory, 'live') })
  for (const again of [crashed, restarted]) {
    assert.deepEqual(entriesOf(again, 'things'), expected)
    for (const [v, key] of keys.entries()) assert.deepEqual(again.table(key === 'things' ? '' : key).get(key), { v })
    assert.deepEqual(again.warnings, [])
    await again.close()
  }
})

test('a key that is deleted and set again moves to the end, also after a crash', async (t) => {
  const directory = temporaryDirectory(t)
  const store = await openStore({ directory: join(directory, 'live') })
  const table = store.table<Thing>('things')
  for (const key of ['a', 'b', 'c']) table.set(key, { v: 1 })
  await store.commit()
  table.delete('a')
  table.set('d', { v: 1 })
  table.set('b', { v: 2 })
  table.set('a', { v: 2 })
  await store.commit()
  const copy = await openStore({ directory: copyAsAfterCrash(join(directory, 'live'), join(directory, 'copy')) })
  assert.deepEqual(entriesOf(copy, 'things'), entriesOf(store, 'things'))
  assert.deepEqual([...copy.table('things').entries()].map(([key]) => key).join(''), 'bcda')
  await copy.close()
  await store.close()
})

test('closing leaves a snapshot and an empty journal, and closing again without a change leaves them as they are', async (t) => {
  const directory = temporaryDirectory(t)
  const store = await openStore({ directory })
  store.table<Thing>('things').set('a', { v: 1 })
  await store.close()
  const contents = contentsOf(directory)
  assert.deepEqual(Object.keys(contents), ['hub.jsonl', 'journal-2.jsonl'])
  assert.equal(contents['journal-2.jsonl']?.split('\n').length, 2, 'a header and nothing else')
  await (await openStore({ directory })).close()
  assert.deepEqual(contentsOf(directory), contents)
})

test('a journal that has outgrown its limit and the snapshot is replaced by a new snapshot', async (t) => {
  const directory = temporaryDirectory(t)
  let snapshots = 0
  const files = probedFiles((call, _name, when) => {
    if (call === 'rename' && when === 'after') snapshots += 1
  })
  const store = await openStore({ directory, files, journalLimit: 2000 })
  const table = store.table<Thing>('things')
  let commits = 0
  for (; snapshots < 3 && commits < 1_000_000; commits += 1) {
    table.set(`k${commits % 3}`, { v: commits })
    await store.commit()
  }
  assert.equal(snapshots, 3)
  assert.ok(commits > 100, `${commits} commits of 40 bytes are more than two journals of 2000`)
  await store.close()
  assert.deepEqual(
    Object.keys(contentsOf(directory)).map((name) => name.replace(/\d+/, 'N')),
    ['hub.jsonl', 'journal-N.jsonl'],
  )
  assert.deepEqual(store.warnings, [])
})

test('a snapshot is written in slices small enough never to hold the hub up', async (t) => {
  const directory = temporaryDirectory(t)
  const store = await openStore({ directory })
  for (let v = 0; v < 1000; v += 1) store.table<Thing>('small').set(`k${v}`, { v })
  for (let v = 0; v < 20; v += 1) store.table<Thing>('large').set(`k${v}`, { v, text: 'x'.repeat(50_000) })
  await store.close()
  const lines = readFileSync(join(directory, 'hub.jsonl'), 'utf8').trimEnd().split('\n').slice(1, -1)
  const counts = lines.map((line) => (JSON.parse(line.slice(9)) as unknown[]).length)
  assert.equal(
    counts.reduce((a, b) => a + b),
    1020,
  )
  assert.ok(
    counts.length === 10 && Math.max(...counts) <= 256 && Math.max(...lines.map((line) => line.length)) < 200_000,
    counts.join(' '),
  )
})

test('a snapshot that fails is a warning, loses nothing and is tried again', async (t) => {
  const directory = temporaryDirectory(t)
  let attempts = 0
  let written = false
  const files = probedFiles((call, _name, when) => {
    if (call !== 'rename') return
    if (when === 'after') written = true
    else attempts += 1
    if (attempts <= 2) throw new Error('EIO: rename')
  })
  const told: string[] = []
  const store = await openStore({
    directory: join(directory, 'live'),
    files,
    journalLimit: 500,
    onWarning: (text) => told.push(textOf(text)),
  })
  const table = store.table<Thing>('things')
  let v = 0
  const changeUntil = async (done: () => boolean): Promise<void> => {
    for (; !done() && v < 1_000_000; v += 1) {
      table.set(`k${v % 40}`, { v })
      await store.commit()
    }
    assert.ok(done())
  }
  for (const failure of [1, 2]) {
    await changeUntil(() => told.length === failure)
    assert.match(told.at(-1) ?? '', /no snapshot could be written in .*EIO: rename.*it will be tried again/)
    const copy = await openStore({
      directory: copyAsAfterCrash(join(directory, 'live'), join(directory, `copy-${failure}`)),
    })
    assert.deepEqual(entriesOf(copy, 'things'), entriesOf(store, 'things'))
    assert.deepEqual(copy.warnings, [])
    await copy.close()
  }
  await changeUntil(() => written)
  assert.deepEqual(store.warnings.map(textOf), told)
  await store.close()
})

test('a snapshot does not replace the old one before all it shows is in the journal', async (t) => {
  const directory = temporaryDirectory(t)
  let full = false
  const files = probedFiles((call, name, when) => {
    if (name === 'hub.jsonl.tmp' && call === 'close' && when === 'before') full = true
    if (full && call.startsWith('write')) throw new Error('ENOSPC')
  })
  const store = await openStore({ directory, files })
  store.table<Thing>('things').set('committed', { v: 1 })
  await store.commit()
  const snapshot = store.snapshot()
  store.table<Thing>('things').set('uncommitted', { v: 1 })
  await assert.rejects(snapshot, /ENOSPC/)
  assert.deepEqual(Object.keys(contentsOf(directory)), ['journal-1.jsonl', 'journal-2.jsonl'])
  full = false
  await store.close()
})

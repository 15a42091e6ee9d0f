import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { memoryStore, openStore } from '../../src/store/store.ts'
import { contentsOf, copyAsAfterCrash, entriesOf, probedFiles, temporaryDirectory, type Thing } from './store-kit.ts'
import { textOf, type Words } from '../../src/core/said.ts'

const journalLines = (directory: string): string[] =>
  readFileSync(join(directory, 'journal-1.jsonl'), 'utf8').trimEnd().split('\n').slice(1)

test('all changes of one turn share one write and one promise', async (t) => {
  const directory = temporaryDirectory(t)
  const store = await openStore({ directory })
  const table = store.table<Thing>('things')
  const promises = new Set<Promise<void>>()
  for (let i = 0; i < 100; i += 1) {
    table.set(`k${i}`, { v: i })
    promises.add(store.commit())
  }
  assert.equal(promises.size, 1)
  await Promise.all(promises)
  assert.equal(journalLines(directory).length, 1)
  await store.close()
})

test('changes made while a write is under way share the next one', async (t) => {
  const directory = temporaryDirectory(t)
  let release = (): void => {}
  let reached = (): void => {}
  const writing = new Promise<void>((resolve) => (reached = resolve))
  const gate = new Promise<void>((resolve) => (release = resolve))
  const files = probedFiles((call, name, when) => {
    if (
      call !== 'sync' ||
      !name.startsWith('journal') ||
      when !== 'before' ||
      contentsOf(directory)[name]?.split('\n').length === 2
    )
      return
    reached()
    return gate
  })
  const store = await openStore({ directory, files, fsync: true })
  const table = store.table<Thing>('things')
  table.set('first', { v: 1 })
  const first = store.commit()
  await writing
  assert.equal(store.commit(), first, 'a caller without changes of its own waits for the write under way')
  const promises = new Set<Promise<void>>()
  for (let i = 0; i < 20; i += 1) {
    table.set(`k${i}`, { v: i })
    promises.add(store.commit())
  }
  assert.equal(promises.size, 1)
  assert.ok(!promises.has(first))
  release()
  await Promise.all(promises)
  assert.equal(journalLines(directory).length, 2)
  await store.close()
})

test('a commit with nothing to write is done already', async (t) => {
  const store = await openStore({ directory: temporaryDirectory(t) })
  assert.equal(store.commit(), store.commit())
  const before = contentsOf(store.directory ?? '')
  await store.commit()
  assert.deepEqual(contentsOf(store.directory ?? ''), before)
  await store.close()
})

test('a record changed several times before a commit is written once, as it is then', async (t) => {
  const directory = temporaryDirectory(t)
  const store = await openStore({ directory })
  const table = store.table<Thing>('things')
  table.set('k', { v: 0 })
  await store.commit()
  for (let v = 1; v <= 5; v += 1) table.set('k', { v })
  await store.commit()
  assert.match(journalLines(directory)[1] ?? '', /^[0-9a-f]{8} \[\["things","k",\{"v":5\}\]\]$/)
  await store.close()
})

test('a commit has been written when it resolves', async (t) => {
  const directory = temporaryDirectory(t)
  for (const fsync of [false, true]) {
    const store = await openStore({ directory: join(directory, `live-${fsync}`), fsync })
    store.table<Thing>('things').set('small', { v: 1 })
    await store.commit()
    store.table<Thing>('things').set('large', { v: 2, text: 'x'.repeat(600_000) })
    await store.commit()
    const copy = await openStore({
      directory: copyAsAfterCrash(store.directory ?? '', join(directory, `copy-${fsync}`)),
    })
    assert.deepEqual(entriesOf(copy, 'things'), entriesOf(store, 'things'))
    assert.deepEqual(copy.warnings, [])
    await copy.close()
    await store.close()
  }
})

test('with fsync, a commit waits until its line is forced to disk', async (t) => {
  const calls: string[] = []
  const files = probedFiles((call, name, when) => void calls.push(`${when} ${call} ${name}`))
  const store = await openStore({ directory: temporaryDirectory(t), files, fsync: true })
  calls.length = 0
  store.table<Thing>('things').set('k', { v: 1 })
  await store.commit()
  assert.deepEqual(
    calls,
    ['write', 'sync'].flatMap((call) => [`before ${call} journal-1.jsonl`, `after ${call} journal-1.jsonl`]),
  )
  await store.close()
})

test('a disk that is full to the last byte holds the commit, says so, and the first room writes everything', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const directory = temporaryDirectory(t)
  let full = false
  const noSpace = (): Error => Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  const files = probedFiles(
    (call, _name, when) => {
      if (full && (call === 'write' || call === 'open') && when === 'before') throw noSpace()
    },
    (write, bytes) => {
      if (full && bytes.length < 100) throw noSpace()
      return write(full ? bytes.subarray(0, bytes.length - 50) : bytes)
    },
  )
  const told: string[] = []
  let warned = (): void => {}
  const onWarning = (text: Words): void => (told.push(textOf(text)), warned())
  const warning = (): Promise<void> => new Promise((resolve) => (warned = resolve))
  const store = await openStore({ directory: join(directory, 'live'), files, onWarning })
  const table = store.table<Thing>('things')
  full = true
  table.set('a', { v: 1, text: 'long'.repeat(50) })
  let kept = false
  const said = warning()
  const commit = store.commit().then(() => (kept = true))
  await said
  assert.match(
    told[0]!,
    /no room left .*No more are taken until that is mended; what was decided before is kept in memory/,
  )
  assert.equal(store.refusal?.code, 'UNKEPT')
  assert.equal(kept, false)
  table.set('b', { v: 3 })
  const later = store.commit()
  full = false
  const saidAgain = warning()
  t.mock.timers.tick(500)
  await Promise.all([commit, later, saidAgain])
  assert.match(told[1]!, /changes are stored in .* again/)
  assert.equal(store.refusal, undefined)
  const copy = await openStore({ directory: copyAsAfterCrash(join(directory, 'live'), join(directory, 'copy')) })
  assert.deepEqual(entriesOf(copy, 'things'), entriesOf(store, 'things'))
  assert.deepEqual(copy.warnings, [])
  await copy.close()
  await store.close()
})

test('a line that could not be forced to disk does not count as written, and its changes come before later ones', async (t) => {
  const directory = temporaryDirectory(t)
  let broken = false
  const files = probedFiles((call, name, when) => {
    if (!broken || call !== 'sync' || when !== 'after' || !name.startsWith('journal')) return
    broken = false
    table.delete('a')
    table.set('b', { v: 1 })
    table.set('a', { v: 2 })
    table.set('c', { v: 2 })
    throw new Error('EIO')
  })
  const store = await openStore({ directory: join(directory, 'live'), files, fsync: true })
  const table = store.table<Thing>('things')
  table.set('a', { v: 1 })
  table.set('c', { v: 1 })
  broken = true
  await store.commit()
  assert.equal(broken, false)
  const copy = await openStore({ directory: copyAsAfterCrash(join(directory, 'live'), join(directory, 'copy')) })
  assert.deepEqual(entriesOf(copy, 'things'), [
    ['c', { v: 2 }],
    ['b', { v: 1 }],
    ['a', { v: 2 }],
  ])
  assert.deepEqual(entriesOf(store, 'things'), entriesOf(copy, 'things'))
  await copy.close()
  await store.close()
})

test('commits wait while a new journal is begun, and are written to it', async (t) => {
  const writes: string[] = []
  const commits: Promise<void>[] = []
  let changing = false
  const files = probedFiles((call, name, when) => {
    if (when === 'before' && call === 'write' && name.startsWith('journal')) writes.push(name)
    if (when === 'before' && call === 'open' && name === 'journal-2.jsonl') writes.push('begun')
    if (changing && when === 'after' && /journal/.test(name) && !call.startsWith('write')) change()
  })
  const store = await openStore({ directory: temporaryDirectory(t), files, fsync: true })
  const change = (): void => {
    store.table<Thing>('things').set(`k${commits.length}`, { v: 1 })
    commits.push(store.commit())
  }
  change()
  changing = true
  await store.snapshot()
  changing = false
  assert.ok(commits.length > 3)
  await Promise.all(commits)
  assert.ok(!writes.slice(writes.indexOf('begun')).includes('journal-1.jsonl'), writes.join(' '))
  await store.close()
})

test('without fsync, lines are forced to disk within a second, and if that fails everything is written anew', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const directory = temporaryDirectory(t)
  const synced: string[] = []
  let broken = false
  const files = probedFiles((call, name, when) => {
    if (call !== 'sync' || when !== 'after') return
    synced.push(name)
    if (broken) throw new Error('EIO')
  })
  let warned = (_text: string): void => {}
  const warning = new Promise<string>((resolve) => (warned = resolve))
  const store = await openStore({ directory, files, onWarning: (text) => warned(textOf(text)) })
  const change = async (v: number): Promise<void> => {
    store.table<Thing>('things').set('a', { v })
    await store.commit()
    synced.length = 0
    t.mock.timers.tick(999)
    assert.deepEqual(synced, [])
    t.mock.timers.tick(1)
  }
  await change(1)
  await store.snapshot()
  assert.equal(synced[0], 'journal-1.jsonl')
  broken = true
  await change(2)
  assert.match(await warning, /could not be forced to disk .*EIO/)
  broken = false
  await store.snapshot()
  const { 'hub.jsonl': snapshot } = contentsOf(directory)
  assert.match(snapshot ?? '', /\["things","a",\{"v":2\}\]/)
  await store.close()
})

test('a store that cannot write says so when it is closed, and gives the directory free', async (t) => {
  const directory = temporaryDirectory(t)
  let broken = false
  const files = probedFiles((call, name) => {
    if (broken && call.startsWith('write')) throw new Error(`EIO ${name}`)
  })
  const store = await openStore({ directory, files })
  store.table<Thing>('things').set('a', { v: 1 })
  broken = true
  await assert.rejects(store.close(), /EIO/)
  const next = await openStore({ directory })
  assert.equal(next.table('things').size, 0)
  await next.close()
})

test('a change or snapshot after the store was closed is refused', async (t) => {
  const store = await openStore({ directory: temporaryDirectory(t) })
  await store.close()
  await store.close()
  store.table<Thing>('things').set('late', { v: 1 })
  await assert.rejects(store.commit(), { code: 'CLOSED' })
  await assert.rejects(store.snapshot(), { code: 'CLOSED' })
})

test('a store in memory commits what is changed in one turn of the event loop together, behind that turn', async () => {
  const store = memoryStore()
  const order: string[] = []
  const commit = (name: string): Promise<void> => {
    store.table<Thing>('things').set(name, { v: 1 })
    return store.commit().then(() => void order.push(name))
  }
  const committed = [commit('a'), Promise.resolve().then(() => commit('b'))]
  const turn = new Promise((resolve) => setImmediate(() => resolve(order.push('the next turn'))))
  await Promise.resolve().then(() => order.push('whatever came in meanwhile'))
  await Promise.all([...committed, turn])
  assert.deepEqual(order, ['whatever came in meanwhile', 'a', 'b', 'the next turn'])
  assert.equal(await Promise.race([store.commit().then(() => 'at once'), new Promise(setImmediate)]), 'at once')
})

test('a store in memory keeps its tables', async () => {
  const store = memoryStore()
  store.table<Thing>('things').set('a', { v: 1 })
  await store.commit()
  await store.snapshot()
  assert.equal(store.directory, undefined)
  assert.deepEqual(entriesOf(store, 'things'), [['a', { v: 1 }]])
  await store.close()
})

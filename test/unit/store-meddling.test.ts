import assert from 'node:assert/strict'
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openStore, type Store } from '../../src/store/store.ts'
import type { StoreError } from '../../src/store/store-error.ts'
import { contentsOf, copyAsAfterCrash, entriesOf, temporaryDirectory, type Thing } from './store-kit.ts'
import { textOf, type Words } from '../../src/core/said.ts'

/** A store that has a snapshot and a journal, and whose looks at the directory are let come by hand. */
interface Watched {
  root: string
  directory: string
  store: Store
  told: string[]
  lost: StoreError[]
  put(key: string): Promise<void>
  /** Lets half a second pass, and waits until something that fits is said. */
  look(said: RegExp): Promise<void>
}

async function watched(t: TestContext): Promise<Watched> {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const root = temporaryDirectory(t)
  const directory = join(root, 'data', 'state')
  const told: string[] = []
  const lost: StoreError[] = []
  let hear = (): void => {}
  const onWarning = (words: Words): void => {
    const text = textOf(words)
    told.push(text)
    hear()
  }
  const store = await openStore({ directory, onWarning, onLost: (error) => void lost.push(error) })
  const put = async (key: string): Promise<void> => {
    store.table<Thing>('things').set(key, { v: 1 })
    await store.commit()
  }
  await put('a')
  await store.snapshot()
  await put('b')
  const look = async (said: RegExp): Promise<void> => {
    t.mock.timers.tick(500)
    while (!told.some((text) => said.test(text))) await new Promise<void>((resolve) => (hear = resolve))
  }
  return { root, directory, store, told, lost, put, look }
}

/** What a crash in this instant would leave. */
async function leftBy({ root, directory }: Watched): Promise<[string, object][]> {
  const copy = await openStore({
    directory: copyAsAfterCrash(directory, join(root, `copy-${readdirSync(root).length}`)),
  })
  assert.deepEqual(copy.warnings, [])
  const entries = entriesOf(copy, 'things')
  await copy.close()
  return entries
}

const journal = (directory: string): string => join(directory, 'journal-2.jsonl')
const snapshot = (directory: string): string => join(directory, 'hub.jsonl')

const meddlings: Record<string, [meddle: (directory: string) => void, said: RegExp]> = {
  'the journal is deleted': [(at) => rmSync(journal(at)), /journal-2\.jsonl is gone/],
  'the journal is replaced by a copy of itself': [
    (at) => {
      copyFileSync(journal(at), join(at, 'copy'))
      renameSync(join(at, 'copy'), journal(at))
    },
    /journal-2\.jsonl was replaced by another file/,
  ],
  'the journal is cut short': [(at) => truncateSync(journal(at), 80), /journal-2\.jsonl was cut short/],
  'the journal is emptied': [(at) => writeFileSync(journal(at), ''), /journal-2\.jsonl was cut short/],
  'the journal is written to by somebody else': [
    (at) => appendFileSync(journal(at), 'hello\n'),
    /journal-2\.jsonl was written to by somebody else/,
  ],
  'the snapshot is deleted': [(at) => rmSync(snapshot(at)), /hub\.jsonl is gone/],
  'the snapshot is replaced': [
    (at) => {
      writeFileSync(join(at, 'other'), 'other')
      renameSync(join(at, 'other'), snapshot(at))
    },
    /hub\.jsonl was replaced by another file/,
  ],
  'every file is deleted, as git clean does': [
    (at) => readdirSync(at).forEach((name) => rmSync(join(at, name))),
    /hub\.jsonl is gone/,
  ],
  'the folder is removed': [(at) => rmSync(at, { recursive: true }), /hub\.jsonl is gone/],
  'the folder is removed with the one around it': [
    (at) => rmSync(join(at, '..'), { recursive: true }),
    /hub\.jsonl is gone/,
  ],
  'the folder is moved away': [(at) => renameSync(at, join(at, '../../moved')), /hub\.jsonl is gone/],
  'the folder is replaced by a link to an empty one': [
    (at) => {
      renameSync(at, join(at, '../../moved'))
      mkdirSync(join(at, '../../elsewhere'))
      symlinkSync(join(at, '../../elsewhere'), at)
    },
    /hub\.jsonl is gone/,
  ],
  'the folder is replaced by a copy of itself': [
    (at) => {
      renameSync(at, join(at, '../../moved'))
      cpSync(join(at, '../../moved'), at, { recursive: true })
    },
    /journal-2\.jsonl was replaced by another file, hub\.jsonl was replaced by another file/,
  ],
}

for (const [what, [meddle, said]] of Object.entries(meddlings)) {
  test(`if ${what} while the store is open, everything is written anew, and it is said`, async (t) => {
    const at = await watched(t)
    meddle(at.directory)
    // Between two looks nobody knows: what is acknowledged now must be there after the next.
    await at.put('c')
    await at.look(/everything has been written anew/)
    assert.ok(
      at.told.some((text) => said.test(text)),
      at.told.join('\n'),
    )
    assert.deepEqual(
      (await leftBy(at)).map(([key]) => key),
      ['a', 'b', 'c'],
    )
    await at.put('d')
    assert.deepEqual(
      (await leftBy(at)).map(([key]) => key),
      ['a', 'b', 'c', 'd'],
    )
    await at.store.close()
    assert.deepEqual(
      (await leftBy(at)).map(([key]) => key),
      ['a', 'b', 'c', 'd'],
    )
  })
}

test('what has been deleted just before the store is closed is written again, or closing fails', async (t) => {
  const at = await watched(t)
  rmSync(at.directory, { recursive: true })
  await at.store.close()
  assert.deepEqual(
    (await leftBy(at)).map(([key]) => key),
    ['a', 'b'],
  )
  const { store, directory } = await (async () => {
    const other = temporaryDirectory(t)
    return { store: await openStore({ directory: join(other, 'state') }), directory: join(other, 'state') }
  })()
  store.table<Thing>('things').set('a', { v: 1 })
  await store.commit()
  rmSync(directory, { recursive: true })
  writeFileSync(directory, 'in the way')
  await assert.rejects(store.close(), /state/)
})

test('a folder that cannot be written anew takes no more changes and acknowledges none, until it can', async (t) => {
  const at = await watched(t)
  rmSync(at.directory, { recursive: true })
  writeFileSync(at.directory, 'in the way')
  await at.look(/changes cannot be stored in .* at present/)
  assert.equal(at.store.refusal?.code, 'UNKEPT')
  let kept = false
  const commit = at.put('c').then(() => (kept = true))
  t.mock.timers.tick(500)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(kept, false)
  rmSync(at.directory)
  await at.look(/changes are stored in .* again/)
  await commit
  assert.deepEqual(
    (await leftBy(at)).map(([key]) => key),
    ['a', 'b', 'c'],
  )
  await at.store.close()
})

test('files of another hub that lie where ours were are set aside, and never mixed with ours', async (t) => {
  const at = await watched(t)
  const other = await openStore({ directory: join(at.root, 'other') })
  for (const key of ['x', 'y', 'z']) {
    other.table<Thing>('things').set(key, { v: 9 })
    await other.commit()
    await other.snapshot()
  }
  other.table<Thing>('things').set('late', { v: 9 })
  await other.commit()
  rmSync(at.directory, { recursive: true })
  copyAsAfterCrash(join(at.root, 'other'), at.directory)
  const foreign = contentsOf(at.directory)
  await other.close()
  await at.look(/everything has been written anew/)
  assert.deepEqual(
    (await leftBy(at)).map(([key]) => key),
    ['a', 'b'],
  )
  const left = contentsOf(at.directory)
  for (const [name, content] of Object.entries(foreign)) assert.equal(left[`${name}.replaced-1`], content)
  await at.store.close()
})

test('once another hub has the folder, the first stores nothing more, touches nothing, and says so', async (t) => {
  const at = await watched(t)
  rmSync(join(at.root, 'data'), { recursive: true })
  const second = await openStore({ directory: at.directory })
  second.table<Thing>('things').set('theirs', { v: 2 })
  await second.commit()
  const before = contentsOf(at.directory)
  await at.look(/was taken from this hub while it ran \(.* is in use by process \d+.*\); nothing more is stored/)
  assert.deepEqual(
    at.lost.map(({ code }) => code),
    ['LOST'],
  )
  at.store.table<Thing>('things').set('ours', { v: 1 })
  await assert.rejects(at.store.commit(), { code: 'LOST' })
  await assert.rejects(at.store.snapshot(), { code: 'LOST' })
  await assert.rejects(at.store.close(), { code: 'LOST' })
  assert.deepEqual(contentsOf(at.directory), before)
  await second.close()
  const again = await openStore({ directory: at.directory })
  assert.deepEqual(entriesOf(again, 'things'), [['theirs', { v: 2 }]])
  await again.close()
})

test('who stops before it has noticed that another has the folder touches nothing either', async (t) => {
  const at = await watched(t)
  rmSync(at.directory, { recursive: true })
  const second = await openStore({ directory: at.directory })
  second.table<Thing>('things').set('theirs', { v: 2 })
  await second.commit()
  const before = contentsOf(at.directory)
  at.store.table<Thing>('things').set('ours', { v: 1 })
  await assert.rejects(at.store.close(), { code: 'LOST' })
  assert.deepEqual(contentsOf(at.directory), before)
  await second.close()
})

test('a lock that is deleted is put down again', async (t) => {
  const at = await watched(t)
  for (const name of readdirSync(at.directory)) if (name.startsWith('hub.lock.')) rmSync(join(at.directory, name))
  await at.look(/the lock of .* was deleted while the hub ran/)
  await assert.rejects(openStore({ directory: at.directory }), { code: 'LOCKED' })
  await at.store.close()
})

test('a snapshot that a crash has left unfinished is removed at the next start', async (t) => {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, 'hub.jsonl.tmp'), 'x'.repeat(1000))
  const store = await openStore({ directory })
  assert.ok(!existsSync(join(directory, 'hub.jsonl.tmp')))
  await store.close()
})

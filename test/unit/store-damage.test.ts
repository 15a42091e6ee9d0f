import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openStore, type Store } from '../../src/store/store.ts'
import { contentsOf, copyAsAfterCrash, entriesOf, probedFiles, temporaryDirectory, type Thing } from './store-kit.ts'

const keysOf = (store: Store): string => [...store.table('things').entries()].map(([key]) => key).join('')

/** `snapshot` holds a, b; journal-2 holds c, d, e in a line each. */
async function crashedHub(t: TestContext): Promise<string> {
  const directory = temporaryDirectory(t)
  const store = await openStore({ directory: join(directory, 'live') })
  const put = async (key: string): Promise<void> => {
    store.table<Thing>('things').set(key, { v: 1 })
    await store.commit()
  }
  for (const key of 'ab') await put(key)
  await store.snapshot()
  for (const key of 'cde') await put(key)
  const crashed = copyAsAfterCrash(join(directory, 'live'), join(directory, 'crashed'))
  await store.close()
  return crashed
}

function edit(directory: string, name: string, change: (lines: string[]) => void): void {
  const lines = readFileSync(join(directory, name), 'utf8').split('\n')
  change(lines)
  writeFileSync(join(directory, name), lines.join('\n'))
}

/** Opens, checks what was recovered and said, and that opening again finds the same and nothing to complain about. */
async function recovers(directory: string, keys: string, ...warnings: RegExp[]): Promise<void> {
  const store = await openStore({ directory })
  assert.equal(keysOf(store), keys)
  assert.equal(store.warnings.length, warnings.length, store.warnings.join('\n'))
  for (const [i, warning] of warnings.entries()) assert.match(store.warnings[i] ?? '', warning)
  store.table<Thing>('things').set('z', { v: 1 })
  await store.commit()
  const copy = await openStore({ directory: copyAsAfterCrash(directory, `${directory}-again`) })
  assert.deepEqual(copy.warnings, [])
  assert.equal(keysOf(copy), `${keys}z`)
  await copy.close()
  await store.close()
}

test('an unfinished last line is dropped with a warning that names the file', async (t) => {
  const directory = await crashedHub(t)
  appendFileSync(join(directory, 'journal-2.jsonl'), '0badcafe [["things","f"')
  await recovers(directory, 'abcde', /journal-2\.jsonl is unfinished: its last 23 bytes, of a line that had not been acknowledged, were dropped/)
  assert.deepEqual(Object.keys(contentsOf(directory)).filter((name) => name.includes('damaged')), [])
})

test('a last line cut anywhere is dropped, and never half applied', async (t) => {
  const directory = await crashedHub(t)
  const size = readFileSync(join(directory, 'journal-2.jsonl')).length
  for (const cut of [1, 2, 10, 25]) {
    const copy = copyAsAfterCrash(directory, `${directory}-${cut}`)
    truncateSync(join(copy, 'journal-2.jsonl'), size - cut)
    await recovers(copy, 'abcd', /journal-2\.jsonl is unfinished/)
  }
})

test('a journal whose header was never finished is begun again', async (t) => {
  const directory = await crashedHub(t)
  writeFileSync(join(directory, 'journal-3.jsonl'), '{"format":')
  await recovers(directory, 'abcde', /journal-3\.jsonl has no header: .* begun anew/)
})

test('a damaged line in a journal sets the file aside and keeps what came before it', async (t) => {
  const directory = await crashedHub(t)
  edit(directory, 'journal-2.jsonl', (lines) => (lines[2] = (lines[2] ?? '').replace('"v":1', '"v":7')))
  const damaged = readFileSync(join(directory, 'journal-2.jsonl'))
  await recovers(
    directory,
    'abc',
    /journal-2\.jsonl is damaged: line 3 is unreadable\. Recovered: the 2 changes before that\. Not recovered: the last \d+ of its \d+ bytes\. The file was set aside as journal-2\.jsonl\.damaged-1/,
  )
  assert.deepEqual(readFileSync(join(directory, 'journal-2.jsonl.damaged-1')), damaged)
})

test('journals after a damaged one are set aside too', async (t) => {
  const directory = await crashedHub(t)
  const { 'journal-2.jsonl': good } = contentsOf(directory)
  writeFileSync(join(directory, 'journal-3.jsonl'), (good ?? '').replace('"generation":2', '"generation":3'))
  edit(directory, 'journal-2.jsonl', (lines) => (lines[3] = 'nonsense'))
  await recovers(directory, 'abcd', /journal-2\.jsonl is damaged: line 4/, /journal-3\.jsonl cannot be replayed .* set aside as journal-3\.jsonl\.damaged-1/)
  assert.ok('journal-3.jsonl.damaged-1' in contentsOf(directory))
})

test('a file with an unreadable header is set aside', async (t) => {
  const directory = await crashedHub(t)
  edit(directory, 'journal-2.jsonl', (lines) => (lines[0] = '{"format":"somebody else\'s"}'))
  writeFileSync(join(directory, 'journal-2.jsonl.damaged-1'), 'from an earlier accident')
  await recovers(directory, 'ab', /journal-2\.jsonl is damaged: its header is unreadable\. Recovered: the 0 changes .* aside as journal-2\.jsonl\.damaged-2/)
  assert.equal(contentsOf(directory)['journal-2.jsonl.damaged-1'], 'from an earlier accident')
})

test('a snapshot without its end keeps what can be read of it, and its journal is replayed', async (t) => {
  const directory = await crashedHub(t)
  edit(directory, 'hub.jsonl', (lines) => lines.splice(2))
  await recovers(directory, 'cde', /hub\.jsonl is damaged: its end is missing/)
})

test('a snapshot that lacks a line is noticed by the count at its end', async (t) => {
  const directory = await crashedHub(t)
  edit(directory, 'hub.jsonl', (lines) => lines.splice(1, 1))
  await recovers(directory, 'cde', /hub\.jsonl is damaged: line 2 is unreadable/)
})

test('a snapshot with an unreadable header is set aside, and every journal is replayed', async (t) => {
  const directory = await crashedHub(t)
  edit(directory, 'hub.jsonl', (lines) => (lines[0] = ''))
  await recovers(directory, 'cde', /hub\.jsonl is damaged: its header is unreadable/)
})

test('a snapshot or journal that has disappeared is reported', async (t) => {
  const directory = await crashedHub(t)
  const copy = copyAsAfterCrash(directory, `${directory}-copy`)
  rmSync(join(directory, 'hub.jsonl'))
  await recovers(directory, 'cde', /hub\.jsonl is missing: only what the journals from journal-2\.jsonl on hold was recovered/)
  rmSync(join(copy, 'journal-2.jsonl'))
  await recovers(copy, 'ab', /journal-2\.jsonl is missing/)
})

test('a crash while damage is being repaired leaves the damage to be found again', async (t) => {
  const directory = await crashedHub(t)
  edit(directory, 'journal-2.jsonl', (lines) => (lines[2] = 'nonsense'))
  const copies: string[] = []
  const files = probedFiles((_call, _name, when) => {
    if (when === 'after') copies.push(copyAsAfterCrash(directory, `${directory}-step-${copies.length}`))
  })
  await (await openStore({ directory, files })).close()
  assert.ok(copies.length > 8)
  for (const copy of copies) {
    const store = await openStore({ directory: copy })
    assert.equal(keysOf(store), 'abc')
    assert.ok(contentsOf(copy)['journal-2.jsonl.damaged-1']?.includes('nonsense'))
    assert.deepEqual(entriesOf(store, 'things'), [...'abc'].map((key) => [key, { v: 1 }]))
    await store.close()
  }
})
